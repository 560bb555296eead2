/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.karaf;

import io.aipi.camel.examples.karaf.PromptRoutes;
import io.aipi.camel.karaf.probe.Probe;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.osgi.framework.Constants;

/** Makes a bundle of the probe's classes and of the example's routes. */
final class ProbeBundle {

    private static final List<String> IMPORTS = List.of(
            "io.aipi.camel;version=\"[0.1,1)\"",
            "io.aipi.client;version=\"[0.1,1)\"",
            "io.aipi.client.error;version=\"[0.1,1)\"",
            "io.aipi.client.model;version=\"[0.1,1)\"",
            "org.apache.camel;version=\"[4.10,5)\"",
            "org.apache.camel.builder;version=\"[4.10,5)\"",
            "org.apache.camel.impl;version=\"[4.10,5)\"",
            "org.apache.camel.impl.engine;version=\"[4.10,5)\"",
            "org.apache.camel.model;version=\"[4.10,5)\"",
            "org.apache.camel.spi;version=\"[4.10,5)\"",
            "org.apache.camel.support;version=\"[4.10,5)\"",
            "org.apache.camel.karaf.core;version=\"[4.10,5)\";resolution:=optional",
            "org.osgi.framework;version=\"[1.10,2)\"");

    private ProbeBundle() {}

    static void write(Path file) throws IOException, URISyntaxException {
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.putValue(Constants.BUNDLE_MANIFESTVERSION, "2");
        attributes.putValue(Constants.BUNDLE_SYMBOLICNAME, "probe");
        attributes.putValue(Constants.BUNDLE_VERSION, "1");
        attributes.putValue(Constants.BUNDLE_ACTIVATOR, Probe.class.getName());
        attributes.putValue(Constants.IMPORT_PACKAGE, String.join(",", IMPORTS));
        try (OutputStream out = Files.newOutputStream(file);
                JarOutputStream jar = new JarOutputStream(out, manifest)) {
            Path folder = Build.origin(Probe.class)
                    .resolve(Probe.class.getPackageName().replace('.', '/'));
            try (Stream<Path> classes = Files.list(folder)) {
                for (Path one : (Iterable<Path>) classes.sorted()::iterator) {
                    add(
                            jar,
                            Build.origin(Probe.class).relativize(one).toString().replace('\\', '/'),
                            Files.readAllBytes(one));
                }
            }
            String routes = PromptRoutes.class.getName().replace('.', '/') + ".class";
            try (InputStream in = PromptRoutes.class.getClassLoader().getResourceAsStream(routes)) {
                add(jar, routes, in.readAllBytes());
            }
        }
    }

    private static void add(JarOutputStream jar, String name, byte[] bytes) throws IOException {
        jar.putNextEntry(new JarEntry(name));
        jar.write(bytes);
        jar.closeEntry();
    }
}
