/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The live threads of this process, and the component's among them. */
public final class ComponentThreads {

    private ComponentThreads() {}

    /** All threads that live now, whoever made them. */
    public static Set<Thread> live() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .collect(Collectors.toSet());
    }

    /** The names of the live threads that belong to the component, without the simulated server's and without these. */
    public static List<String> namesWithout(Set<Thread> others) {
        return live().stream()
                .filter(thread -> !others.contains(thread))
                .map(Thread::getName)
                .filter(name -> name.startsWith("aipi-") || name.contains("Aipi"))
                .filter(name -> !name.startsWith("aipi-simulator"))
                .sorted()
                .toList();
    }
}
