/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.quarkus.deployment;

import io.quarkus.deployment.ApplicationArchive;
import io.quarkus.deployment.builditem.ApplicationArchivesBuildItem;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jboss.jandex.IndexView;

/** The component's artifact as it is on the application's class path: its files and the index of its classes. */
record AipiArtifact(IndexView index, NavigableMap<String, Path> files) {

    static final String GROUP_ID = "io.aipi.camel";
    static final String ARTIFACT_ID = "camel-aipi";

    private static final String SERVICES = "META-INF/services/org/apache/camel/";

    static AipiArtifact find(ApplicationArchivesBuildItem archives) {
        return archives.getApplicationArchives().stream()
                .filter(AipiArtifact::isComponent)
                .findFirst()
                .map(archive -> of(archive.getIndex(), archive.getRootDirectories()))
                .orElseThrow(() -> new IllegalStateException(
                        GROUP_ID + ":" + ARTIFACT_ID + " is not among the application's archives"));
    }

    private static boolean isComponent(ApplicationArchive archive) {
        return archive.getKey() != null
                && GROUP_ID.equals(archive.getKey().getGroupId())
                && ARTIFACT_ID.equals(archive.getKey().getArtifactId());
    }

    static AipiArtifact of(IndexView index, Iterable<Path> roots) {
        NavigableMap<String, Path> files = new TreeMap<>();
        for (Path root : roots) {
            try (Stream<Path> walk = Files.walk(root)) {
                walk.filter(Files::isRegularFile)
                        .forEach(file -> files.put(
                                root.relativize(file)
                                        .toString()
                                        .replace(root.getFileSystem().getSeparator(), "/"),
                                file));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return new AipiArtifact(index, files);
    }

    /** Paths of Camel's service files that name a class. */
    List<String> services() {
        return files.keySet().stream().filter(this::isService).toList();
    }

    /** What code may look up while the application runs: everything but classes, service files and what the build leaves. */
    List<String> resources() {
        return files.keySet().stream()
                .filter(path -> !path.endsWith(".class"))
                .filter(path -> !isService(path))
                .filter(path -> !path.equals("META-INF/MANIFEST.MF"))
                .filter(path -> !path.equals("META-INF/jandex.idx"))
                .filter(path -> !path.startsWith("META-INF/maven/"))
                .toList();
    }

    /** The bytes of all classes. */
    List<byte[]> classes() {
        List<byte[]> classes = new ArrayList<>();
        files.forEach((path, file) -> {
            if (path.endsWith(".class")) {
                classes.add(read(file));
            }
        });
        return classes;
    }

    private boolean isService(String path) {
        if (!path.startsWith(SERVICES)) {
            return false;
        }
        try (InputStream in = Files.newInputStream(files.get(path))) {
            Properties properties = new Properties();
            properties.load(in);
            return properties.containsKey("class");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
