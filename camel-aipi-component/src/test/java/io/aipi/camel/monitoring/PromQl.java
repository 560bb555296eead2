/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.monitoring;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * The names in a query of Prometheus' language.
 *
 * @param selectors the metrics that it reads, each time it does
 * @param groupings labels by which it groups or joins
 */
record PromQl(List<Selector> selectors, Set<String> groupings) {

    /** A metric, and values or patterns by labels. */
    record Selector(String metric, Map<String, String> matchers) {}

    private static final Pattern TOKEN = Pattern.compile(
            "\"(?:[^\"\\\\]|\\\\.)*\"|\\[[^\\]]*]|[a-zA-Z_:][\\w:]*|\\d[\\w.]*|[=!]~|[=!<>]=|[^\\s\\w]");

    private static final Set<String> GROUPING = Set.of("by", "without", "on", "ignoring", "group_left", "group_right");
    private static final Set<String> OPERATORS = Set.of("and", "or", "unless", "offset", "bool");

    /** A query that Prometheus takes; what it would not take may be read in any way. */
    static PromQl of(String query) {
        List<String> tokens =
                TOKEN.matcher(query).results().map(MatchResult::group).toList();
        List<Selector> selectors = new ArrayList<>();
        Set<String> groupings = new HashSet<>();
        for (int i = 0; i < tokens.size(); i++) {
            String token = tokens.get(i);
            String next = i + 1 < tokens.size() ? tokens.get(i + 1) : "";
            if (GROUPING.contains(token)) {
                // group_left may stand without labels
                List<String> inside = next.equals("(") ? upTo(")", tokens, i + 2) : List.of();
                inside.stream().filter(PromQl::isName).forEach(groupings::add);
                i += inside.isEmpty() ? 0 : inside.size() + 2;
            } else if (isName(token) && !OPERATORS.contains(token) && !next.equals("(") && !GROUPING.contains(next)) {
                List<String> inside = next.equals("{") ? upTo("}", tokens, i + 2) : List.of();
                selectors.add(new Selector(token, matchers(inside)));
                i += inside.isEmpty() ? 0 : inside.size() + 2;
            }
        }
        return new PromQl(selectors, groupings);
    }

    private static List<String> upTo(String end, List<String> tokens, int from) {
        int to = from;
        while (!tokens.get(to).equals(end)) {
            to++;
        }
        return tokens.subList(from, to);
    }

    private static Map<String, String> matchers(List<String> tokens) {
        Map<String, String> matchers = new HashMap<>();
        for (int i = 0; i + 2 < tokens.size(); i += 4) {
            String quoted = tokens.get(i + 2);
            matchers.put(tokens.get(i), quoted.substring(1, quoted.length() - 1));
        }
        return matchers;
    }

    private static boolean isName(String token) {
        return token.matches("[a-zA-Z_:].*");
    }
}
