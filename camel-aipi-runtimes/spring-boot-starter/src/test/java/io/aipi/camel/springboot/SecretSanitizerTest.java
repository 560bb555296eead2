/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.springboot;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.actuate.endpoint.SanitizableData;

class SecretSanitizerTest {

    @ParameterizedTest
    @Tag("case-B10")
    @CsvSource({
        "camel.component.aipi.proxy-password, x, true",
        "CAMEL_COMPONENT_AIPI_PROXYUSER, x, true",
        "camel.component.aipi.httpHeaders.X-Token, x, true",
        "camel.component.aipi.http-headers[Authorization], x, true",
        "another.place, a proxy-secret-1 in it, true",
        "camel.component.aipi.proxyHost, x, false",
    })
    void whatIsSecretIsMasked(String name, String value, boolean masked) {
        AipiComponentConfiguration configuration = new AipiComponentConfiguration();
        configuration.setProxyPassword("proxy-secret-1");
        DefaultListableBeanFactory beans = new DefaultListableBeanFactory();
        beans.registerSingleton("configuration", configuration);
        ObjectProvider<AipiComponentConfiguration> provider = beans.getBeanProvider(AipiComponentConfiguration.class);

        SanitizableData shown = new SecretSanitizer(provider).apply(new SanitizableData(null, name, value));

        assertThat(SanitizableData.SANITIZED_VALUE.equals(shown.getValue())).isEqualTo(masked);
    }
}
