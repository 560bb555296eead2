/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.karaf.probe;

import java.io.IOException;
import java.net.URL;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

// tag::loader[]
/**
 * Sees the classes and services of all bundles that have something for Camel: for a Camel context that knows nothing of
 * OSGi, as its application class loader.
 */
public final class BundlesClassLoader extends ClassLoader {

    private final List<Bundle> bundles;

    /** What is installed by now, beginning with the bundle itself. */
    public BundlesClassLoader(BundleContext own) {
        super(null);
        bundles = Stream.concat(
                        Stream.of(own.getBundle()),
                        Arrays.stream(own.getBundles())
                                .filter(bundle ->
                                        bundle.findEntries("META-INF/services/org/apache/camel", "*", true) != null))
                .toList();
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        for (Bundle bundle : bundles) {
            try {
                return bundle.loadClass(name);
            } catch (ClassNotFoundException e) {
                // the next one may have it
            }
        }
        throw new ClassNotFoundException(name);
    }

    @Override
    protected URL findResource(String name) {
        return bundles.stream()
                .map(bundle -> bundle.getResource(name))
                .filter(url -> url != null)
                .findFirst()
                .orElse(null);
    }

    @Override
    protected Enumeration<URL> findResources(String name) throws IOException {
        List<URL> found = new ArrayList<>();
        for (Bundle bundle : bundles) {
            Enumeration<URL> resources = bundle.getResources(name);
            if (resources != null) {
                found.addAll(Collections.list(resources));
            }
        }
        return Collections.enumeration(found.stream().distinct().toList());
    }
}
// end::loader[]
