/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.kamelets;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.config.DefaultConfiguration;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.config.Property;

/** Hears what all loggers say, at every level; each text begins with the logger's name. */
final class AllLogs implements AutoCloseable {

    private final Queue<String> texts = new ConcurrentLinkedQueue<>();

    AllLogs() {
        Appender appender = new Appender();
        appender.start();
        Configuration everything = new DefaultConfiguration();
        everything.initialize();
        LoggerConfig root = everything.getRootLogger();
        root.getAppenders().keySet().forEach(root::removeAppender);
        root.setLevel(Level.ALL);
        root.addAppender(appender, Level.ALL, null);
        // the server's are no matter of ours
        everything.addLogger("io.aipi.simulator", new LoggerConfig("io.aipi.simulator", Level.OFF, false));
        logging().setConfiguration(everything);
    }

    @Override
    public void close() {
        logging().reconfigure();
    }

    /** The names of the loggers that have said the words, and how. */
    List<String> loggersThatSaid(String words) {
        return texts.stream()
                .filter(text -> text.contains(words))
                .map(text -> text.substring(0, text.indexOf(' ')))
                .distinct()
                .sorted()
                .toList();
    }

    private static LoggerContext logging() {
        return (LoggerContext) LogManager.getContext(false);
    }

    private final class Appender extends AbstractAppender {

        Appender() {
            super("all", null, null, false, Property.EMPTY_ARRAY);
        }

        @Override
        public void append(LogEvent event) {
            StringWriter text = new StringWriter();
            text.append(event.getLoggerName())
                    .append(' ')
                    .append(event.getMessage().getFormattedMessage());
            if (event.getThrown() != null) {
                event.getThrown().printStackTrace(new PrintWriter(text));
            }
            texts.add(event.getLevel() + ":" + text);
        }
    }
}
