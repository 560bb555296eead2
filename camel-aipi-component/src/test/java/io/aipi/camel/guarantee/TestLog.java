/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.guarantee;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a test has measured, for who wants to read it in the log. */
final class TestLog {

    private static final Logger LOG = LoggerFactory.getLogger(TestLog.class);

    private TestLog() {}

    @SuppressWarnings("AnnotateFormatMethod") // its annotation is no dependency of ours
    static void report(String format, Object... values) {
        LOG.info(String.format(format, values));
    }
}
