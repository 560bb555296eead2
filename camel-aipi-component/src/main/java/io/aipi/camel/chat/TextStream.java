/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.chat;

import java.io.Closeable;
import java.util.Iterator;

/**
 * The text of a job while the model writes it: the body of an exchange with the option {@code streaming}. Each element is what
 * is new since the one before; together they are the text of the result. To be read once, by one thread; Camel converts it to an
 * {@code InputStream}, in UTF-8.
 *
 * <p>{@link #hasNext} waits for more text, and throws the {@link io.aipi.client.error.AipiException} with which the job fails.
 * When it has given false, the exchange has the property {@code CamelAipiResult}. If the exchange
 * fails, the text is closed.
 */
public interface TextStream extends Iterator<String>, Closeable {

    /** Gives the job up: it is polled no more, and goes on at the server for nobody. Nothing happens after its end. */
    @Override
    void close();
}
