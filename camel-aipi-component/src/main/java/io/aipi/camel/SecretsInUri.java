/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns, once, of secrets in endpoint URIs, which Camel shows. It hands over URIs whose placeholders are filled in, so that
 * only a reference to a bean keeps a secret out of one.
 */
final class SecretsInUri {

    private static final Logger LOG = LoggerFactory.getLogger(SecretsInUri.class);

    private static final Set<String> OPTIONS = Set.of("apikey", "proxyuser", "proxypassword");

    /** With which the names of HTTP headers begin; their values are no references. */
    private static final String HEADER = "header.";

    private final AtomicBoolean warned = new AtomicBoolean();

    /** Names of the options among them that are secret, as they are written. */
    static List<String> in(Map<String, Object> parameters) {
        return parameters.entrySet().stream()
                .filter(parameter -> isSecret(parameter.getKey(), parameter.getValue()))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    private static boolean isSecret(String name, Object value) {
        // Camel lets one write an option in several ways
        String option = name.replace("-", "").toLowerCase(Locale.ROOT);
        return name.startsWith(HEADER)
                || (OPTIONS.contains(option) && !String.valueOf(value).startsWith("#"));
    }

    /** Warns of these options of an endpoint, if there are any. */
    void warn(String endpointName, List<String> options) {
        if (!options.isEmpty() && warned.compareAndSet(false, true)) {
            LOG.warn(
                    "The URI of aipi:{} contains {}. Camel can show URIs in logs, exceptions, JMX and consoles. Set such options"
                            + " on the component, or use apiKey=#bean:NAME (logged once)",
                    endpointName,
                    String.join(", ", options));
        }
    }
}
