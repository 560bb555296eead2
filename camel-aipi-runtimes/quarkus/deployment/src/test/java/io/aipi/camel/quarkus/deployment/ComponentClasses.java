/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.quarkus.deployment;

import io.aipi.camel.AipiComponent;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableSet;
import java.util.Properties;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManager;
import org.apache.hc.core5.reactor.DefaultConnectingIOReactor;
import org.jboss.jandex.Index;
import org.jboss.jandex.Indexer;

/** The component on the tests' class path, and what the build steps find in it. */
record ComponentClasses(
        Index index, AipiArtifact artifact, NavigableSet<String> serviceTypes, Collection<byte[]> httpComponents) {

    private static final ComponentClasses INSTANCE = read();

    static ComponentClasses component() {
        return INSTANCE;
    }

    NavigableSet<String> reflectiveTypes() {
        return ReflectiveTypes.of(index, index);
    }

    NavigableSet<String> runtimeInitialised() {
        return StaticState.of(artifact.classes(), httpComponents);
    }

    List<String> resources() {
        return artifact.resources();
    }

    private static ComponentClasses read() {
        try {
            Root component = Root.of(AipiComponent.class);
            Indexer indexer = new Indexer();
            for (byte[] bytes : component.classes()) {
                indexer.index(new ByteArrayInputStream(bytes));
            }
            Index index = indexer.complete();
            AipiArtifact artifact = AipiArtifact.of(index, List.of(component.path()));
            NavigableSet<String> services = new TreeSet<>();
            for (String service : artifact.services()) {
                try (InputStream in = Files.newInputStream(artifact.files().get(service))) {
                    Properties properties = new Properties();
                    properties.load(in);
                    services.add(properties.getProperty("class"));
                }
            }
            List<byte[]> http = new ArrayList<>(
                    Root.of(PoolingAsyncClientConnectionManager.class).classes());
            http.addAll(Root.of(DefaultConnectingIOReactor.class).classes());
            return new ComponentClasses(index, artifact, services, http);
        } catch (IOException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** A folder, or a jar that stays open as long as the tests run. */
    private record Root(Path path) {

        static Root of(Class<?> type) throws IOException {
            URI location = URI.create(
                    type.getProtectionDomain().getCodeSource().getLocation().toString());
            Path path = Path.of(location);
            if (Files.isDirectory(path)) {
                return new Root(path);
            }
            FileSystem jar = FileSystems.newFileSystem(path);
            return new Root(jar.getPath("/"));
        }

        List<byte[]> classes() throws IOException {
            List<byte[]> classes = new ArrayList<>();
            try (Stream<Path> files = Files.walk(path)) {
                for (Path file :
                        files.filter(file -> file.toString().endsWith(".class")).toList()) {
                    classes.add(Files.readAllBytes(file));
                }
            }
            return classes;
        }
    }
}
