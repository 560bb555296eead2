/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.karaf;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.xml.sax.SAXException;

/** What the build has brought into target. */
final class Build {

    static final String VERSION = System.getProperty("aipi.version");
    static final Path TARGET = Path.of("target").toAbsolutePath();
    static final Path KARAF = TARGET.resolve("apache-karaf-" + System.getProperty("karaf.version"));
    static final Path REPOSITORY = TARGET.resolve("repository");
    static final Path FEATURES = TARGET.resolve("feature/features.xml");
    static final Path CAMEL_KARAF_FEATURES = TARGET.resolve("camel-karaf/features.xml");
    static final Path COMPONENT =
            REPOSITORY.resolve("io/aipi/camel/camel-aipi/" + VERSION + "/camel-aipi-" + VERSION + ".jar");

    private Build() {}

    static Document xml(Path file) throws IOException, SAXException, ParserConfigurationException {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
        return factory.newDocumentBuilder().parse(file.toFile());
    }

    static Manifest manifest(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            return file.getManifest();
        }
    }

    /** The jar or the folder that a class comes from. */
    static Path origin(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    /** Puts a file into the repository, as an artifact of this build. */
    static void install(Path file, String artifact, String suffix) throws IOException {
        Path folder = REPOSITORY.resolve("io/aipi/camel/" + artifact + "/" + VERSION);
        Files.createDirectories(folder);
        Files.copy(file, folder.resolve(artifact + "-" + VERSION + suffix), StandardCopyOption.REPLACE_EXISTING);
    }
}
