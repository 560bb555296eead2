/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.modulepath;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is inside of the jars as they are built, which no test of classes sees. */
class JarsTest {

    private static final Path ROOT = Path.of("..", "..");

    /** Those that are published; a build of this module alone has the first two. */
    private static final List<String> MODULES = List.of(
            "camel-aipi-component",
            "camel-aipi-simulator",
            "camel-aipi-runtimes/spring-boot-starter",
            "camel-aipi-runtimes/endpoint-dsl",
            "camel-aipi-runtimes/kamelets",
            "camel-aipi-runtimes/quarkus/runtime",
            "camel-aipi-runtimes/quarkus/deployment");

    private static final Pattern NAME =
            Pattern.compile("camel-aipi(?:-[a-z]+)*-(\\d[^-]*(?:-SNAPSHOT)?)(-tests|-sources)?\\.jar");

    @Test
    @Tag("case-B1")
    void theComponentKnowsItsVersion() throws IOException {
        Path jar = published().keySet().stream()
                .filter(path -> path.getFileName().toString().matches("camel-aipi-\\d.*(?<!-tests|-sources)\\.jar"))
                .findFirst()
                .orElseThrow();
        try (FileSystem entries = open(jar);
                InputStream in =
                        Files.newInputStream(entries.getPath("META-INF", "io.aipi.camel", "version.properties"))) {
            Properties properties = new Properties();
            properties.load(in);

            assertThat(properties)
                    .containsExactlyEntriesOf(Map.of("version", published().get(jar)));
        }
    }

    @Test
    @Tag("case-D25")
    void eachJarHasTheLicenceAndTheNotice() throws IOException {
        for (Path jar : published().keySet()) {
            try (FileSystem entries = open(jar)) {
                for (String name : List.of("LICENSE", "NOTICE")) {
                    assertThat(entries.getPath("META-INF", name))
                            .as("in %s", jar)
                            .exists();
                    assertThat(Files.readString(entries.getPath("META-INF", name)))
                            .as("%s in %s", name, jar)
                            .isEqualTo(Files.readString(ROOT.resolve(name)));
                }
            }
        }
    }

    /** The umask of whoever builds is not seen. */
    @Test
    @Tag("case-D25")
    void entriesHaveTheSameModesAndTimesWhoeverBuilds() throws IOException {
        for (Path jar : published().keySet()) {
            try (FileSystem entries = open(jar);
                    Stream<Path> paths = Files.walk(entries.getPath("/"))) {
                for (Path path : (Iterable<Path>) paths.skip(1)::iterator) {
                    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                            .as("%s in %s", path, jar)
                            .isEqualTo(Files.isDirectory(path) ? "rwxr-xr-x" : "rw-r--r--");
                    assertThat(Files.getLastModifiedTime(path).toString())
                            .as("%s in %s", path, jar)
                            .startsWith("2026-01-01T");
                }
            }
        }
    }

    /** Each jar with its version. */
    private static Map<Path, String> published() throws IOException {
        Map<Path, String> jars = new TreeMap<>();
        for (String module : MODULES) {
            Path target = ROOT.resolve(module).resolve("target");
            if (Files.isDirectory(target)) {
                try (Stream<Path> files = Files.list(target)) {
                    files.forEach(file -> {
                        Matcher name = NAME.matcher(file.getFileName().toString());
                        if (name.matches()) {
                            jars.put(file, name.group(1));
                        }
                    });
                }
            }
        }
        assertThat(jars.keySet())
                .as("jars that are built")
                .anyMatch(jar -> jar.startsWith(ROOT.resolve(MODULES.get(0))))
                .anyMatch(jar -> jar.startsWith(ROOT.resolve(MODULES.get(1))));
        return jars;
    }

    private static FileSystem open(Path jar) throws IOException {
        return FileSystems.newFileSystem(jar, Map.of("enablePosixFileAttributes", "true"));
    }
}
