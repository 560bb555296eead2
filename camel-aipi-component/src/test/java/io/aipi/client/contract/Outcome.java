/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.contract;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.client.error.AipiException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/** How a call ended. */
final class Outcome {

    /** In seconds. */
    static final int PATIENCE = 60;

    private Outcome() {}

    /** The value that the future brings. */
    static <T> T of(CompletableFuture<T> future) {
        try {
            return future.get(PATIENCE, SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AipiException problem) {
                throw problem;
            }
            throw new AssertionError("not an AipiException", e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    /** The error of this kind that the future must end with. */
    static <E extends AipiException> E failure(Class<E> type, CompletableFuture<?> future) {
        Throwable thrown = null;
        try {
            future.get(PATIENCE, SECONDS);
        } catch (ExecutionException e) {
            thrown = e.getCause();
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError(e);
        }
        assertThat(thrown).isInstanceOf(type);
        return type.cast(thrown);
    }

    /** All that a user can get hold of from here: fields, elements, causes, each as text. */
    static String everythingIn(Object outcome) {
        StringBuilder text = new StringBuilder();
        collect(outcome, text, 0);
        return text.toString();
    }

    private static void collect(Object value, StringBuilder text, int depth) {
        assertThat(depth).as("depth of what is searched").isLessThan(20);
        text.append(value).append('\n');
        if (value instanceof Record data) {
            for (RecordComponent component : data.getClass().getRecordComponents()) {
                collect(called(component.getAccessor(), data), text, depth + 1);
            }
        } else if (value instanceof Map<?, ?> map) {
            map.forEach((key, element) -> {
                collect(key, text, depth + 1);
                collect(element, text, depth + 1);
            });
        } else if (value instanceof Collection<?> elements) {
            elements.forEach(element -> collect(element, text, depth + 1));
        } else if (value instanceof Throwable problem) {
            for (Method method : problem.getClass().getMethods()) {
                boolean getter = method.getName().startsWith("get")
                        && method.getParameterCount() == 0
                        && !method.getName().equals("getClass")
                        && !method.getName().equals("getStackTrace");
                if (getter) {
                    collect(called(method, problem), text, depth + 1);
                }
            }
        }
    }

    private static Object called(Method method, Object on) {
        try {
            method.setAccessible(true);
            return method.invoke(on);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(method + " cannot be called", e);
        }
    }
}
