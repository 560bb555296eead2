/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.jobstore;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;

/** What is logged while it is open, from a level on. */
final class Logged extends AbstractAppender implements AutoCloseable {

    private final List<String> seen = new CopyOnWriteArrayList<>();

    Logged(Level from) {
        super("logged", null, null, true, Property.EMPTY_ARRAY);
        start();
        context().getConfiguration().getRootLogger().addAppender(this, from, null);
        context().updateLoggers();
    }

    @Override
    public void append(LogEvent event) {
        seen.add(event.getLoggerName() + ": " + event.getMessage().getFormattedMessage());
    }

    List<String> seen() {
        return seen;
    }

    @Override
    public void close() {
        context().getConfiguration().getRootLogger().removeAppender(getName());
        context().updateLoggers();
        stop();
    }

    private static LoggerContext context() {
        return (LoggerContext) LogManager.getContext(false);
    }
}
