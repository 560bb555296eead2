/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.compatibility;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * One run of the component's tests: with a line of Camel, on a Java, as Surefire's reports tell it.
 *
 * @param repeated tests that have passed when they were run again ({@code surefire.rerunFailingTestsCount})
 * @param only what {@code -Dtest} named
 */
record Run(
        String camel,
        String java,
        int tests,
        int skipped,
        int repeated,
        List<String> failures,
        List<Path> classPath,
        Optional<String> only,
        String remark) {

    private static final Pattern LIBRARY = Pattern.compile("(?<name>.+?)-(?<version>\\d.*)\\.jar");

    /** Whether it is about all tests, not about those that {@code -Dtest} named. */
    boolean whole() {
        return only.isEmpty();
    }

    /** The file that was tested. */
    Path component() {
        return classPath.stream()
                .filter(entry -> entry.getFileName().toString().matches("camel-aipi-\\d.*(?<!-tests)\\.jar"))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "The run with Camel " + camel + " on Java " + java + " has not had the component's jar."));
    }

    /** The version of a library that was on the class path. */
    String version(String library) {
        return classPath.stream()
                .map(entry -> LIBRARY.matcher(entry.getFileName().toString()))
                .filter(Matcher::matches)
                .filter(jar -> jar.group("name").equals(library))
                .map(jar -> jar.group("version"))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("No " + library + " in the run with Camel " + camel));
    }

    /** Reads the reports of one run; empty if the folder has none. */
    static Optional<Run> read(Path folder) throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "TEST-*.xml")) {
            found.forEach(files::add);
        }
        Report sum = new Report();
        for (Path file : files.stream().sorted().toList()) {
            sum.add(file);
        }
        return files.isEmpty() ? Optional.empty() : Optional.of(sum.run());
    }

    /** What several files add up to. */
    private static final class Report {

        private final Map<String, String> properties = new LinkedHashMap<>();
        private final List<String> failures = new ArrayList<>();
        private int tests;
        private int skipped;
        private int repeated;

        void add(Path file) throws IOException {
            try (InputStream in = Files.newInputStream(file)) {
                XMLInputFactory factory = XMLInputFactory.newFactory();
                factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
                XMLStreamReader xml = factory.createXMLStreamReader(in);
                String test = "";
                String lastRepeated = "";
                while (xml.hasNext()) {
                    if (xml.next() == XMLStreamConstants.START_ELEMENT) {
                        switch (xml.getLocalName()) {
                            case "property" -> properties.put(attribute(xml, "name"), attribute(xml, "value"));
                            case "testcase" -> {
                                tests++;
                                test = attribute(xml, "classname") + "." + attribute(xml, "name");
                            }
                            case "skipped" -> skipped++;
                            case "flakyFailure", "flakyError" -> {
                                repeated += test.equals(lastRepeated) ? 0 : 1;
                                lastRepeated = test;
                            }
                            case "failure", "error" -> failures.add(test);
                            default -> {
                                // what was printed, and the like
                            }
                        }
                    }
                }
            } catch (XMLStreamException e) {
                throw new IOException(file + " is no report: " + e.getMessage(), e);
            }
        }

        private static String attribute(XMLStreamReader xml, String name) {
            String value = xml.getAttributeValue(null, name);
            return value == null ? "" : value;
        }

        Run run() {
            return new Run(
                    property("compatibility.camel"),
                    property("java.specification.version"),
                    tests,
                    skipped,
                    repeated,
                    List.copyOf(failures),
                    Arrays.stream(property("surefire.test.class.path").split(Pattern.quote(property("path.separator"))))
                            .map(Path::of)
                            .toList(),
                    Optional.ofNullable(properties.get("test")),
                    properties.getOrDefault("compatibility.remark", ""));
        }

        private String property(String name) {
            String value = properties.get(name);
            if (value == null) {
                throw new IllegalStateException("The reports do not say " + name);
            }
            return value;
        }
    }
}
