/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.release;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

/** A POM, and its parents as far as they are of this project. */
record Pom(Element project, Optional<Pom> parent) {

    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    /** What the BOM has an entry for, beside what has the packaging pom. */
    record Entry(String artifactId, String type, String classifier) {}

    /** All modules of the build, whichever profile has them. */
    static List<Pom> ofThisBuild() {
        List<Pom> all = new ArrayList<>();
        read(ROOT, Optional.empty(), all::add);
        return all;
    }

    private static void read(Path folder, Optional<Pom> parent, Consumer<Pom> reader) {
        try {
            Pom pom = new Pom(parse(Files.readAllBytes(folder.resolve("pom.xml"))), parent);
            reader.accept(pom);
            for (Element module : pom.modules()) {
                read(folder.resolve(module.getTextContent().strip()), Optional.of(pom), reader);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Element parse(byte[] xml) {
        try {
            return DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new ByteArrayInputStream(xml))
                    .getDocumentElement();
        } catch (ParserConfigurationException | SAXException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<Element> modules() {
        List<Element> modules = new ArrayList<>();
        child(project, "modules").ifPresent(all -> modules.addAll(children(all)));
        for (Element profile : child(project, "profiles").map(Pom::children).orElse(List.of())) {
            child(profile, "modules").ifPresent(all -> modules.addAll(children(all)));
        }
        return modules;
    }

    String artifactId() {
        return text("artifactId").orElseThrow();
    }

    String packaging() {
        return text("packaging").orElse("jar");
    }

    /** As Maven sees it, for what no profile and no command line says otherwise. */
    boolean isPublished() {
        return !inherited("properties/maven.deploy.skip").orElse("false").equals("true");
    }

    /** The text of an element of this POM. */
    Optional<String> text(String path) {
        Optional<Element> element = Optional.of(project);
        for (String name : path.split("/")) {
            element = element.flatMap(one -> child(one, name));
        }
        return element.map(found -> found.getTextContent().strip()).filter(found -> !found.isEmpty());
    }

    /** The text of an element of this POM or of the nearest parent that has it. */
    Optional<String> inherited(String path) {
        return text(path).or(() -> parent.flatMap(above -> above.inherited(path)));
    }

    /** What it manages, in its own dependencyManagement. */
    List<Entry> managed() {
        return child(project, "dependencyManagement")
                .flatMap(management -> child(management, "dependencies"))
                .map(Pom::children)
                .orElse(List.of())
                .stream()
                .map(dependency -> new Entry(
                        child(dependency, "artifactId").orElseThrow().getTextContent(),
                        child(dependency, "type").map(Node::getTextContent).orElse("jar"),
                        child(dependency, "classifier")
                                .map(Node::getTextContent)
                                .orElse("")))
                .toList();
    }

    private static Optional<Element> child(Element parent, String name) {
        return children(parent).stream()
                .filter(child -> child.getTagName().equals(name))
                .findFirst();
    }

    private static List<Element> children(Element parent) {
        List<Element> children = new ArrayList<>();
        for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element element) {
                children.add(element);
            }
        }
        return children;
    }
}
