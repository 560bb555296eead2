/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.karaf;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.osgi.framework.Version;
import org.osgi.framework.VersionRange;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * The features file of camel-karaf, as much of it as some features need, with bundles that are there.
 *
 * <p>camel-karaf wraps each jar of Camel anew, and these bundles are not in every Maven repository; so Camel's own jars, wrapped when they
 * are installed, take their place. The features, what they are built on, and the bundles of others are as camel-karaf has
 * them, but in the versions of the line's repository; a bundle that is not in the repository is left out.
 */
final class WrappedCamel {

    private static final String CAMEL_KARAF = "org.apache.camel.karaf";

    private static final Pattern BUNDLE = Pattern.compile(
            "(?<wrap>wrap:)?mvn:(?<group>[^/]+)/(?<name>[^/]+)/(?<version>[^$/]+)(?<instructions>\\$.*)?");

    private final Document document;
    private final CamelLine line;
    private final Version original;
    private final List<CamelLine.Artifact> artifacts;

    private WrappedCamel(Document document, CamelLine line) {
        this.document = document;
        this.line = line;
        this.artifacts = line.artifacts();
        this.original = Version.parseVersion(named("camel-core").get(0).getAttribute("version"));
    }

    static void write(Path camelKarafFeatures, CamelLine line, Set<String> features, Path target)
            throws IOException, SAXException, ParserConfigurationException, TransformerException {
        WrappedCamel camel = new WrappedCamel(Build.xml(camelKarafFeatures), line);
        camel.keep(features);
        TransformerFactory.newInstance()
                .newTransformer()
                .transform(new DOMSource(camel.document), new StreamResult(target.toFile()));
    }

    private void keep(Set<String> names) {
        Set<Element> kept = new LinkedHashSet<>();
        names.forEach(name -> keep(name, new VersionRange("0"), kept));
        for (Element child : children(document.getDocumentElement())) {
            if (!kept.contains(child)) {
                child.getParentNode().removeChild(child);
            }
        }
        document.getDocumentElement().setAttribute("name", "camel-" + line.version());
        kept.forEach(this::rewrite);
    }

    private void keep(String name, VersionRange range, Set<Element> kept) {
        named(name).stream()
                .filter(feature -> range.includes(Version.parseVersion(feature.getAttribute("version"))))
                .filter(kept::add)
                .flatMap(feature -> children(feature).stream())
                .filter(child -> child.getLocalName().equals("feature"))
                .forEach(child -> keep(child.getTextContent().trim(), range(child), kept));
    }

    private void rewrite(Element feature) {
        if (Version.parseVersion(feature.getAttribute("version")).equals(original)) {
            feature.setAttribute("version", line.version());
        }
        for (Element child : children(feature)) {
            switch (child.getLocalName()) {
                case "bundle" ->
                    bundle(child.getTextContent().trim())
                            .ifPresentOrElse(child::setTextContent, () -> feature.removeChild(child));
                case "feature" -> {
                    if (child.getTextContent().startsWith("camel-")) {
                        child.setAttribute("version", line.range().toString());
                    }
                }
                // commands for the shell, which are camel-karaf's own
                case "conditional" -> feature.removeChild(child);
                default -> {}
            }
        }
    }

    /** The bundle with the version that is there; empty if there is none. */
    private Optional<String> bundle(String uri) {
        Matcher bundle = BUNDLE.matcher(uri);
        if (!bundle.matches()) {
            throw new IllegalStateException("Not a bundle that is known here: " + uri);
        }
        String name = bundle.group("name");
        Optional<CamelLine.Artifact> own = artifact(bundle.group("group"), name);
        if (own.isPresent()) {
            // to the letter, where the version is that of camel-karaf
            return Optional.of(uri.replace(bundle.group("version"), own.get().version()));
        }
        return bundle.group("group").equals(CAMEL_KARAF)
                ? artifact("org.apache.camel", name).map(this::wrapped)
                : Optional.empty();
    }

    private String wrapped(CamelLine.Artifact jar) {
        return "wrap:mvn:" + jar.group() + "/" + jar.name() + "/" + jar.version() + "$"
                + String.join(
                        "&",
                        instruction("Bundle-SymbolicName", jar.name()),
                        instruction("Bundle-Version", jar.version()),
                        instruction("Export-Package", "*;version=\"" + jar.version() + "\";-noimport:=true"),
                        instruction(
                                "Import-Package",
                                "org.apache.camel.*;version=\"" + line.range()
                                        + "\";resolution:=optional,*;resolution:=optional"));
    }

    private static String instruction(String name, String value) {
        return name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    private Optional<CamelLine.Artifact> artifact(String group, String name) {
        return artifacts.stream()
                .filter(artifact ->
                        artifact.group().equals(group) && artifact.name().equals(name))
                .findFirst();
    }

    private List<Element> named(String name) {
        return children(document.getDocumentElement()).stream()
                .filter(element -> element.getLocalName().equals("feature"))
                .filter(element -> element.getAttribute("name").equals(name))
                .toList();
    }

    static VersionRange range(Element reference) {
        return new VersionRange(reference.hasAttribute("version") ? reference.getAttribute("version") : "0");
    }

    static List<Element> children(Element parent) {
        List<Element> children = new ArrayList<>();
        NodeList nodes = parent.getChildNodes();
        for (int i = 0; i < nodes.getLength(); i++) {
            if (nodes.item(i) instanceof Element element) {
                children.add(element);
            }
        }
        return children;
    }
}
