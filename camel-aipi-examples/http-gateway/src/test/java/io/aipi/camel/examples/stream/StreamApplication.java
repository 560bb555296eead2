/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.stream;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration;
import org.springframework.boot.autoconfigure.security.servlet.SecurityAutoConfiguration;

/** The application of the how-to "Stream an answer": the controller and {@code camel/stream.camel.yaml}. */
@SpringBootApplication(
        proxyBeanMethods = false,
        exclude = {DataSourceAutoConfiguration.class, SecurityAutoConfiguration.class})
public class StreamApplication {

    /** For Spring. */
    public StreamApplication() {}
}
