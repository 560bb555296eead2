/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.springboot;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.endpoint.SanitizableData;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;

/**
 * Masks the component's secret options in Actuator's {@code env} and {@code configprops}, by their names in every
 * spelling that Spring Boot takes, and the API key and the proxy's password wherever else their values come from.
 */
final class SecretSanitizer implements SanitizingFunction {

    /** Ends of names, as letters and digits only: camel.component.aipi.api-key, AIPI_API_KEY, aipi.apiKey. */
    private static final Set<String> SECRET_NAMES =
            Set.of("aipiapikey", "aipiuser", "aipiproxyuser", "aipiproxypassword");

    /** What follows is the name of a header. */
    private static final String SECRET_MAP = "aipihttpheaders";

    private static final Pattern SEPARATORS = Pattern.compile("[^a-z0-9]");

    private final ObjectProvider<AipiComponentConfiguration> properties;

    SecretSanitizer(ObjectProvider<AipiComponentConfiguration> properties) {
        this.properties = properties;
    }

    @Override
    public SanitizableData apply(SanitizableData data) {
        return isSecret(data) ? data.withSanitizedValue() : data;
    }

    private boolean isSecret(SanitizableData data) {
        String name = SEPARATORS.matcher(data.getKey().toLowerCase(Locale.ROOT)).replaceAll("");
        return SECRET_NAMES.stream().anyMatch(name::endsWith) || name.contains(SECRET_MAP) || holdsKey(data.getValue());
    }

    private boolean holdsKey(Object value) {
        AipiComponentConfiguration present = properties.getIfAvailable();
        if (value == null || present == null) {
            return false;
        }
        String text = value.toString();
        return Stream.of(present.getApiKey(), present.getProxyPassword())
                .anyMatch(key -> key != null && !key.isBlank() && text.contains(key));
    }
}
