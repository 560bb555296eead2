/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.springboot;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Writes what Spring Boot has to know of the component's options, from Camel's catalog. */
final class ConfigurationGenerator {

    private static final int LINE = 112;

    private static final Pattern QUALIFIED = Pattern.compile("(?:[a-z]\\w*\\.)+([A-Z]\\w*)");

    private final List<CatalogOption> options;

    ConfigurationGenerator(List<CatalogOption> options) {
        this.options = options;
    }

    /** The class that the properties are bound to, without the licence's header. */
    String javaSource() {
        Set<String> imports = new TreeSet<>();
        StringBuilder fields = new StringBuilder();
        StringBuilder methods = new StringBuilder();
        imports.add("org.apache.camel.spring.boot.ComponentConfigurationPropertiesCommon");
        imports.add("org.springframework.boot.context.properties.ConfigurationProperties");
        for (CatalogOption option : options) {
            String type = simple(option.propertyType(), imports);
            String name = option.name();
            String upper = Character.toUpperCase(name.charAt(0)) + name.substring(1);
            fields.append("\n    /**\n");
            wrap(description(option), fields);
            fields.append("     */\n    private ")
                    .append(type)
                    .append(' ')
                    .append(name)
                    .append(";\n");
            methods.append("\n    public %s get%s() {\n        return %s;\n    }\n".formatted(type, upper, name));
            methods.append("\n    public void set%s(%s %s) {\n        this.%s = %s;\n    }\n"
                    .formatted(upper, type, name, name, name));
        }
        StringBuilder source = new StringBuilder("package io.aipi.camel.springboot;\n\n");
        imports.forEach(each -> source.append("import ").append(each).append(";\n"));
        return source.append(
                        "\n/**\n * The component's options as properties. Null is not set: the component keeps what it")
                .append(
                        " has.\n *\n * <p>Made from the component's catalog entry: see ConfigurationMetadataTest.\n */\n")
                .append("@ConfigurationProperties(\"camel.component.aipi\")\n")
                .append("public class AipiComponentConfiguration extends ComponentConfigurationPropertiesCommon {\n")
                .append(fields)
                .append("\n    /** Nothing is set. */\n    public AipiComponentConfiguration() {}\n")
                .append(methods)
                .append("}\n")
                .toString();
    }

    /** What Spring Boot's annotation processor cannot see in the class: defaults, and what may be written. */
    String additionalMetadata() throws IOException {
        ObjectMapper json = new ObjectMapper();
        ObjectNode metadata = json.createObjectNode();
        ArrayNode properties = metadata.putArray("properties");
        ArrayNode hints = metadata.putArray("hints");
        properties
                .addObject()
                .put("name", "camel.component.aipi.enabled")
                .put("description", "Whether the aipi component is configured by these properties.");
        properties
                .addObject()
                .put("name", "camel.component.aipi.customizer.enabled")
                .put("description", "Whether these properties are set on the aipi component when Camel makes it.");
        for (CatalogOption option : options) {
            if (option.defaultValue() != null) {
                properties.addObject().put("name", option.property()).set("defaultValue", option.defaultValue());
            }
            if (!option.choices().isEmpty()) {
                ArrayNode values =
                        hints.addObject().put("name", option.property()).putArray("values");
                option.choices().forEach(choice -> values.addObject().put("value", choice));
            }
            if (option.bean()) {
                ObjectNode provider = hints.addObject()
                        .put("name", option.property())
                        .putArray("providers")
                        .addObject();
                provider.put("name", "spring-bean-reference");
                provider.putObject("parameters").put("target", option.componentType());
            }
        }
        return json.writerWithDefaultPrettyPrinter().writeValueAsString(metadata) + "\n";
    }

    /** The catalog's, and for what is a bean how to refer to it. */
    static String description(CatalogOption option) {
        return option.bean()
                ? option.description() + " The name of a bean of type " + option.componentType() + "."
                : option.description();
    }

    private static String simple(String type, Set<String> imports) {
        Matcher names = QUALIFIED.matcher(type);
        StringBuilder simple = new StringBuilder();
        while (names.find()) {
            if (!names.group().startsWith("java.lang.")) {
                imports.add(names.group());
            }
            names.appendReplacement(simple, names.group(1));
        }
        return names.appendTail(simple).toString().replace(",", ", ").replace(",  ", ", ");
    }

    private static void wrap(String text, StringBuilder to) {
        StringBuilder line = new StringBuilder();
        for (String word : text.trim().split("\\s+")) {
            if (line.length() + 1 + word.length() > LINE) {
                to.append("     *").append(line).append('\n');
                line.setLength(0);
            }
            line.append(' ').append(word);
        }
        to.append("     *").append(line).append('\n');
    }
}
