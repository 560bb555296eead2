/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway.security;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Refuses what a browser sends for a page from elsewhere. Browsers say so in {@code Sec-Fetch-Site}, older ones in {@code
 * Origin}, and no page can keep them from it. Other clients send neither.
 *
 * <p>Without a login, only the browser stands between the gateway and any page that its user looks at. Then a request must be
 * addressed to this machine as well: the name of a foreign page can be made to lead here.
 */
final class OwnOriginFilter extends OncePerRequestFilter {

    private static final Pattern LOOPBACK =
            Pattern.compile("(localhost|127(\\.\\d{1,3}){3}|\\[::1])(:\\d+)?", Pattern.CASE_INSENSITIVE);

    /** The page is this gateway's, or the user has typed the URL. */
    private static final Set<String> OWN_SITES = Set.of("same-origin", "none");

    /** What proxies say of those whom they speak for. */
    private static final List<String> FORWARDED =
            List.of("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via");

    private final Refusals refusals;
    private final boolean onlyLoopback;

    OwnOriginFilter(Refusals refusals, boolean onlyLoopback) {
        this.refusals = refusals;
        this.onlyLoopback = onlyLoopback;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String host = request.getHeader(HttpHeaders.HOST);
        if (onlyLoopback && (host == null || !LOOPBACK.matcher(host).matches() || isForwarded(request))) {
            refusals.refuse(
                    request, response, HttpStatus.FORBIDDEN, "Without a login the gateway is for localhost only");
        } else if (isForeign(request, host)) {
            refusals.refuse(request, response, HttpStatus.FORBIDDEN, "Pages from elsewhere may not use the gateway");
        } else {
            chain.doFilter(request, response);
        }
    }

    /** A proxy on this machine sends what comes from elsewhere. Not every one says so. */
    private static boolean isForwarded(HttpServletRequest request) {
        return FORWARDED.stream().anyMatch(name -> request.getHeader(name) != null);
    }

    private static boolean isForeign(HttpServletRequest request, String host) {
        String site = request.getHeader("Sec-Fetch-Site");
        if (site != null) {
            return !OWN_SITES.contains(site) && !isLink(request);
        }
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        int begin = origin == null ? -1 : origin.indexOf("//");
        return origin != null && (begin < 0 || !origin.substring(begin + 2).equalsIgnoreCase(host));
    }

    /** A link leads here, and the page that has it does not see what comes. */
    private static boolean isLink(HttpServletRequest request) {
        return HttpMethod.GET.matches(request.getMethod())
                && "navigate".equals(request.getHeader("Sec-Fetch-Mode"))
                && "document".equals(request.getHeader("Sec-Fetch-Dest"));
    }
}
