/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.karaf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.xml.XMLConstants;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.SchemaFactory;
import javax.xml.validation.Validator;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Version;
import org.osgi.framework.VersionRange;
import org.w3c.dom.Element;

/** The features file is one that Karaf reads, and builds on features that camel-karaf has. */
class FeaturesTest {

    @Test
    void itKeepsToTheSchemaOfKarafsFeatures() throws Exception {
        String version = System.getProperty("karaf.version");
        URI schema = URI.create("jar:"
                + Build.KARAF
                        .resolve("system/org/apache/karaf/features/org.apache.karaf.features.core/" + version
                                + "/org.apache.karaf.features.core-" + version + ".jar")
                        .toUri()
                + "!/org/apache/karaf/features/karaf-features-1.6.0.xsd");
        Validator validator = SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI)
                .newSchema(schema.toURL())
                .newValidator();
        assertThatCode(() -> validator.validate(new StreamSource(Build.FEATURES.toFile())))
                .doesNotThrowAnyException();
    }

    @Test
    void theFeaturesItBuildsOnAreCamelKarafsInTheVersionsThatItNames() throws Exception {
        Map<String, List<Version>> camelKaraf =
                WrappedCamel.children(Build.xml(Build.CAMEL_KARAF_FEATURES).getDocumentElement()).stream()
                        .filter(element -> element.getLocalName().equals("feature"))
                        .collect(Collectors.groupingBy(
                                feature -> feature.getAttribute("name"),
                                Collectors.mapping(
                                        feature -> Version.parseVersion(feature.getAttribute("version")),
                                        Collectors.toList())));
        List<Element> references = children("feature");
        assertThat(references).extracting(Element::getTextContent).containsExactly("camel-http", "camel-jackson");
        assertThat(references).allSatisfy(reference -> {
            VersionRange range = WrappedCamel.range(reference);
            assertThat(range).isEqualTo(new VersionRange("[4.10,5)"));
            assertThat(camelKaraf.get(reference.getTextContent())).isNotNull().allMatch(range::includes);
        });
    }

    @Test
    void itsOnlyBundleIsTheComponentInTheSameVersion() throws Exception {
        assertThat(children("bundle"))
                .extracting(Element::getTextContent)
                .containsExactly("mvn:io.aipi.camel/camel-aipi/" + Build.VERSION);
    }

    private static List<Element> children(String kind) throws Exception {
        List<Element> features = WrappedCamel.children(Build.xml(Build.FEATURES).getDocumentElement());
        assertThat(features).singleElement().satisfies(feature -> {
            assertThat(feature.getAttribute("name")).isEqualTo("camel-aipi");
            assertThat(feature.getAttribute("version")).isEqualTo(Build.VERSION);
        });
        return WrappedCamel.children(features.get(0)).stream()
                .filter(child -> child.getLocalName().equals(kind))
                .toList();
    }
}
