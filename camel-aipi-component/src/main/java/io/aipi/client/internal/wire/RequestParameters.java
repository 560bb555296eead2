/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.wire;

import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.internal.util.JsonWriter;
import io.aipi.client.internal.wire.RequestValues.UnsendableException;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.EndpointDescription;
import io.aipi.client.model.Media;
import io.aipi.client.model.ParameterDescription;
import io.aipi.client.options.JobOptions;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Makes the parameters that go to the server: the fixed ones, over them the request's own, the prompt under its name,
 * each with the JSON type that the endpoint wants.
 */
public final class RequestParameters {

    private static final String DOCUMENTED_PROMPT = "prompt";
    private static final int QUOTED = 100;
    private static final Pattern JSON_NUMBER = Pattern.compile("-?(0|[1-9]\\d*)(\\.\\d+)?([eE][+-]?\\d+)?");

    private final String endpoint;
    private final JobOptions options;
    private final EndpointDescription description;
    private final UnaryOperator<String> quote;
    private final String textField;
    private final ChatContext context;
    private final boolean takesConversation;
    private final Map<String, Object> fixed = new LinkedHashMap<>();
    private final List<String> fixedProblems = new ArrayList<>();

    /** {@code description} is null where the server has none; {@code quote} makes its words fit to be quoted. */
    public RequestParameters(
            String endpoint, JobOptions options, EndpointDescription description, UnaryOperator<String> quote) {
        this.endpoint = endpoint;
        this.options = options;
        this.description = description;
        this.quote = quote;
        this.textField = options.textField() != null || description == null
                ? options.textField()
                : description.textOutput().orElse(null);
        this.context = new ChatContext(options, description);
        this.takesConversation = context.refusal().isEmpty();
        options.fixedParameters().forEach((name, value) -> fixed.put(name, fixed(name, value)));
    }

    /** Whether the server has a description of the endpoint. */
    public boolean areDescribed() {
        return description != null;
    }

    /** Whether the request brings a picture that the endpoint has no place for. */
    public boolean refusesPictures(AipiRequest request) {
        return context.refusesPictures(request);
    }

    /** Whether a request may bring a conversation. */
    public boolean takeConversation() {
        return takesConversation;
    }

    /** The text of a result of this endpoint; null where the field that is usual is right. */
    public String textField() {
        return textField;
    }

    /**
     * The parameters as they are sent; files are {@link Media}.
     *
     * @throws InvalidRequestException with all that is wrong
     */
    public Map<String, Object> of(AipiRequest given) {
        List<String> problems = new ArrayList<>(fixedProblems);
        AipiRequest request = context.of(RequestValues.of(given, ErrorContext.of(endpoint), quote), problems);
        Map<String, Object> parameters = new LinkedHashMap<>();
        String promptName = request.prompt() == null ? null : promptName();
        boolean prompted = promptName != null
                && !(request.parametersWin() && request.parameters().containsKey(promptName));
        if (prompted) {
            parameters.put(promptName, request.prompt());
        }
        fixed.forEach((name, value) -> parameters.putIfAbsent(name, value));
        request.parameters().forEach((name, value) -> {
            if (!(prompted && name.equals(promptName))) {
                parameters.put(nameFor(name, value), typed(name, value, problems));
            }
        });
        checkReserved(parameters.keySet(), problems);
        checkContexts(parameters, problems);
        if (parameters.isEmpty()) {
            problems.add("Nothing to send: there is neither a prompt nor any parameter");
        }
        refuse(problems);
        return parameters;
    }

    /** An endpoint with both takes one of them in a request. */
    private void checkContexts(Map<String, Object> parameters, List<String> problems) {
        Optional<String> text = firstOfType("text_context", parameters);
        Optional<String> chat = firstOfType("chat_context", parameters);
        if (text.isPresent() && chat.isPresent()) {
            problems.add("The endpoint takes either " + text.get() + ", which a prompt is sent as, or " + chat.get()
                    + ", not both in one request");
        }
    }

    private Optional<String> firstOfType(String type, Map<String, Object> parameters) {
        return parameters.keySet().stream()
                .filter(name -> isDescribed(name)
                        && type.equals(description.input().get(name).type())
                        && parameters.get(name) != null)
                .findFirst();
    }

    private void refuse(List<String> problems) {
        if (!problems.isEmpty()) {
            // a message, and a configuration, may hold a key, by mistake or because somebody tries
            throw new InvalidRequestException(problems.stream().map(quote).toList(), ErrorContext.of(endpoint));
        }
    }

    /**
     * Checks what the user configured against the server's description, before any job.
     *
     * @throws InvalidRequestException with all that is wrong
     */
    public void checkConfiguration() {
        List<String> problems = new ArrayList<>(fixedProblems);
        checkReserved(options.fixedParameters().keySet(), problems);
        if (options.isConversation()) {
            context.refusal().ifPresent(problems::add);
        }
        if (description != null) {
            Set<String> known = description.input().keySet();
            List<String> unknown = new ArrayList<>(options.fixedParameters().keySet());
            Stream.of(options.promptParameter(), options.contextParameter())
                    .filter(Objects::nonNull)
                    .forEach(unknown::add);
            unknown.removeIf(name -> known.contains(name) || ResponseMapper.RESERVED_PARAMETERS.contains(name));
            if (!unknown.isEmpty()) {
                problems.add("The endpoint has no parameter " + String.join(", ", unknown) + "; it has "
                        + String.join(", ", known) + spelling(unknown, known));
            }
        }
        refuse(problems);
    }

    /** Camel writes names of properties in camel case: {@code parameters.top-k} becomes {@code topK}. */
    private static String spelling(List<String> unknown, Set<String> known) {
        return unknown.stream()
                .map(name -> name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT))
                .filter(known::contains)
                .findFirst()
                .map(name -> ". In properties, write parameters[" + name + "]")
                .orElse("");
    }

    private String promptName() {
        if (options.promptParameter() != null) {
            return options.promptParameter();
        }
        if (description == null) {
            return DOCUMENTED_PROMPT;
        }
        return description
                .promptParameter()
                .map(ParameterDescription::name)
                .orElseThrow(() -> new InvalidRequestException(
                        "The endpoint has no parameter for a prompt; it has "
                                + quote.apply(
                                        String.join(", ", description.input().keySet()))
                                + ". Send parameters instead, or set promptParameter",
                        ErrorContext.of(endpoint)));
    }

    /** A file without a name of its own goes under the endpoint's parameter for its kind, if it has none of this name. */
    private String nameFor(String name, Object value) {
        if (description == null || isDescribed(name) || !(value instanceof Media media) || media.name() != null) {
            return name;
        }
        String kind = media.mediaType().split("/", 2)[0];
        return description.firstOfType(kind).map(ParameterDescription::name).orElse(name);
    }

    private static void checkReserved(Set<String> names, List<String> problems) {
        for (String name : names) {
            if (ResponseMapper.RESERVED_PARAMETERS.contains(name)) {
                problems.add("The parameter " + name + " belongs to the protocol and cannot be set");
            }
        }
    }

    /** A fixed parameter is configured as text, so that its type must be found: from the description, else by its form. */
    private Object fixed(String name, Object value) {
        try {
            Object plain = RequestValues.of(name, value);
            return plain instanceof String text && !isDescribed(name)
                    ? typedByForm(name, text)
                    : typed(name, plain, fixedProblems);
        } catch (UnsendableException e) {
            fixedProblems.add(e.getMessage());
            return null;
        }
    }

    private Object typedByForm(String name, String text) {
        if ("true".equals(text) || "false".equals(text)) {
            return Boolean.valueOf(text);
        }
        if (isNumber(text)) {
            return number(text);
        }
        if (isNumberOfNoJson(text)) {
            fixedProblems.add(
                    "The parameter " + name + " is " + shortened(text) + ", a number that JSON does not have");
        }
        return text;
    }

    private boolean isDescribed(String name) {
        return description != null && description.input().containsKey(name);
    }

    private Object typed(String name, Object value, List<String> problems) {
        ParameterDescription described =
                description == null ? null : description.input().get(name);
        if (value instanceof Media) {
            // becomes a data URI when the request is written, and not before
            return value;
        }
        boolean structured = value instanceof Map || value instanceof List;
        if (structured && described != null && described.isJson()) {
            // the server wants JSON in a string here, and refuses JSON itself (transcript 54)
            return jsonText(name, value, problems);
        }
        if (value instanceof String text && described != null && described.type() != null) {
            return converted(name, text, described.type(), problems);
        }
        return value;
    }

    private static String jsonText(String name, Object value, List<String> problems) {
        try {
            return JsonWriter.toText(value, ResponseMapper.MAX_REQUEST_SIZE);
        } catch (JsonWriter.TooLongException e) {
            problems.add("The parameter " + name + " has " + e.getMessage());
        } catch (UncheckedIOException e) {
            problems.add("The parameter " + name + " cannot be sent: " + e.getMessage());
        }
        return null;
    }

    private Object converted(String name, String text, String type, List<String> problems) {
        String trimmed = text.trim();
        switch (type) {
            case "integer", "int" -> {
                if (trimmed.matches("[+-]?\\d{1,300}")) {
                    return number(trimmed);
                }
                problems.add("The parameter " + name + " must be an integer, but is '" + shortened(text) + "'");
            }
            case "float", "number", "double" -> {
                if (isNumber(trimmed)) {
                    return number(trimmed);
                }
                problems.add("The parameter " + name + " must be a number, but is '" + shortened(text) + "'");
            }
            case "bool", "boolean" -> {
                String lower = trimmed.toLowerCase(Locale.ROOT);
                if ("true".equals(lower) || "false".equals(lower)) {
                    return Boolean.valueOf(lower);
                }
                problems.add("The parameter " + name + " must be true or false, but is '" + shortened(text) + "'");
            }
            case "image", "audio" -> {
                if (!text.startsWith("data:")) {
                    // without the prefix the server does not answer until its timeout (transcripts 112, 217)
                    problems.add("The parameter " + name + " must be a data URI (data:image/png;base64,...)");
                }
            }
            default -> {
                return text;
            }
        }
        return text;
    }

    /** A whole prompt may have got here by mistake. */
    private String shortened(String value) {
        // first: half of a key is not recognised
        String text = quote.apply(value);
        return text.length() <= QUOTED ? text : text.substring(0, QUOTED) + "...";
    }

    /** Whether the text is a number that JSON can carry: a double has no more than three digits of exponent. */
    private static boolean isNumber(String text) {
        return text.length() < 300 && JSON_NUMBER.matcher(text).matches() && Double.isFinite(Double.parseDouble(text));
    }

    /** Whether the text can only be meant as a number, but is none that JSON can carry. */
    private static boolean isNumberOfNoJson(String text) {
        boolean named = "NaN".equals(text) || text.matches("[+-]?Infinity");
        return named
                || (text.length() < 300
                        && JSON_NUMBER.matcher(text).matches()
                        && !Double.isFinite(Double.parseDouble(text)));
    }

    private static Number number(String text) {
        if (text.matches("[+-]?\\d+")) {
            BigInteger integer = new BigInteger(text);
            return integer.bitLength() < 64 ? (Number) integer.longValue() : integer;
        }
        // not by BigDecimal, which knows no exponent of more than ten digits, not even for 0
        return Double.parseDouble(text);
    }
}
