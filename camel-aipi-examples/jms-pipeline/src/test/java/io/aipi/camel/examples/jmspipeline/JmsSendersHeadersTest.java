/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.jmspipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.camel.AipiConstants;
import java.lang.reflect.Field;
import org.apache.camel.Exchange;
import org.apache.camel.component.jms.JmsHeaderFilterStrategy;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

/**
 * Who sends a message to a queue sets none of the headers that mean something to the component: not as they are written.
 * In another case Camel lets them in, see the pipeline's own test.
 */
class JmsSendersHeadersTest {

    private final Exchange exchange = new DefaultExchange(new DefaultCamelContext());

    @Test
    void camelsJmsConsumerLetsNoneOfThemIn() throws Exception {
        for (Field constant : AipiConstants.class.getFields()) {
            assertThat(isLeftOut((String) constant.get(null)))
                    .as(constant.getName())
                    .isTrue();
        }
    }

    private boolean isLeftOut(String name) {
        return new JmsHeaderFilterStrategy().applyFilterToExternalHeaders(name, "x", exchange);
    }
}
