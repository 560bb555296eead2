/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway.security;

import jakarta.servlet.DispatcherType;
import java.net.InetAddress;
import java.util.Map;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.security.oauth2.resource.OAuth2ResourceServerProperties;
import org.springframework.boot.autoconfigure.web.ServerProperties;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.web.embedded.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.web.server.ConfigurableWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.server.CookieSameSiteSupplier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.ObjectPostProcessor;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.HeadersConfigurer;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.AuthenticationEntryPointFailureHandler;
import org.springframework.security.web.authentication.AuthenticationFilter;
import org.springframework.security.web.authentication.UsernamePasswordAuthenticationFilter;
import org.springframework.security.web.authentication.logout.HttpStatusReturningLogoutSuccessHandler;
import org.springframework.security.web.header.HeaderWriterFilter;
import org.springframework.security.web.header.writers.CrossOriginOpenerPolicyHeaderWriter.CrossOriginOpenerPolicy;
import org.springframework.security.web.header.writers.CrossOriginResourcePolicyHeaderWriter.CrossOriginResourcePolicy;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;

/** Spring Security, for each {@link Login}. */
@Configuration(proxyBeanMethods = false)
class SecurityConfiguration {

    private static final String LOGIN = "gateway.login";

    /** The page, with which one logs in, and the description. */
    private static final String[] PUBLIC = {
        "/", "/index.html", "/page.css", "/page.js", "/icon.svg", "/openapi.json", "/session"
    };

    /** Nothing from elsewhere, nothing inline, in no frame. */
    private static final String CONTENT_SECURITY_POLICY = "default-src 'none'; script-src 'self'; style-src 'self';"
            + " img-src 'self' blob: data:; connect-src 'self'; base-uri 'none'; form-action 'none';"
            + " frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    private static final String BEARER = "Bearer ";

    /** Where others could reach the gateway, it does not start without a login. */
    @Bean
    WebServerFactoryCustomizer<ConfigurableWebServerFactory> loginForOthers(
            ServerProperties server, @Value("${gateway.login}") Login login) {
        return factory -> {
            InetAddress address = server.getAddress();
            if (login == Login.NONE && (address == null || !address.isLoopbackAddress())) {
                throw new IllegalStateException("Others could use the gateway without a login: set " + LOGIN
                        + " to token or oidc, or gateway.host to 127.0.0.1");
            }
        };
    }

    /** Nearer to the error than the valve of Spring Boot, so that it is asked first. */
    @Bean
    WebServerFactoryCustomizer<ConfigurableTomcatWebServerFactory> errorsOfTheContainer(Refusals refusals) {
        return factory -> factory.addContextCustomizers(
                context -> context.getParent().getPipeline().addValve(new ContainerErrorValve(refusals)));
    }

    @Bean
    @ConditionalOnProperty(name = LOGIN, havingValue = "none")
    SecurityFilterChain withoutLogin(HttpSecurity http, Refusals refusals) throws Exception {
        return common(http, refusals, true)
                .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                .build();
    }

    @Bean
    @ConditionalOnProperty(name = LOGIN, havingValue = "token")
    SecurityFilterChain withTokens(HttpSecurity http, Refusals refusals, Environment settings) throws Exception {
        TokenUsers users = new TokenUsers(Binder.get(settings)
                .bind("gateway.users", Bindable.mapOf(String.class, String.class))
                .orElse(Map.of()));
        AuthenticationFilter bearer = new AuthenticationFilter(users, request -> {
            String header = request.getHeader(HttpHeaders.AUTHORIZATION);
            return isBearer(header) ? token(header) : null;
        });
        bearer.setSuccessHandler((request, response, user) -> {});
        bearer.setFailureHandler(new AuthenticationEntryPointFailureHandler(refusals));
        return usersOnly(common(http, refusals, false))
                .authenticationManager(users)
                .addFilterBefore(bearer, UsernamePasswordAuthenticationFilter.class)
                // the page's own form: the session's cookie takes the place of the token
                .formLogin(form -> form.loginPage("/")
                        .loginProcessingUrl("/login")
                        .passwordParameter("token")
                        .successHandler((request, response, user) -> response.setStatus(HttpStatus.NO_CONTENT.value()))
                        .failureHandler(new AuthenticationEntryPointFailureHandler(refusals)))
                .build();
    }

    private static boolean isBearer(String header) {
        return header != null && header.regionMatches(true, 0, BEARER, 0, BEARER.length());
    }

    private static Authentication token(String header) {
        return UsernamePasswordAuthenticationToken.unauthenticated(
                "", header.substring(BEARER.length()).strip());
    }

    /** The provider is in spring.security.oauth2: a client of it, {@code gateway}, and its issuer as a resource server's. */
    @Bean
    @ConditionalOnProperty(name = LOGIN, havingValue = "oidc")
    SecurityFilterChain withOpenId(HttpSecurity http, Refusals refusals, OAuth2ResourceServerProperties server)
            throws Exception {
        if (server.getJwt().getAudiences().stream().allMatch(String::isBlank)) {
            // Spring Boot would take the provider's tokens for all its applications
            throw new IllegalStateException("Tokens for other applications would be taken: set OIDC_AUDIENCE");
        }
        return usersOnly(common(http, refusals, false))
                .oauth2ResourceServer(tokens -> tokens.authenticationEntryPoint(refusals)
                        .accessDeniedHandler(refusals)
                        .jwt(Customizer.withDefaults()))
                .oauth2Login(login -> login.loginPage("/").defaultSuccessUrl("/", true))
                .build();
    }

    /** The way back from the provider begins on a page of its own, and must bring the cookie. */
    @Bean
    CookieSameSiteSupplier sameSite(@Value("${gateway.login}") Login login) {
        return login == Login.OIDC ? CookieSameSiteSupplier.ofLax() : CookieSameSiteSupplier.ofStrict();
    }

    private static HttpSecurity common(HttpSecurity http, Refusals refusals, boolean onlyLoopback) throws Exception {
        return http
                // OwnOriginFilter is there for it, with a login or without
                .csrf(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .headers(headers -> headers.withObjectPostProcessor(early())
                        .contentSecurityPolicy(policy -> policy.policyDirectives(CONTENT_SECURITY_POLICY))
                        .frameOptions(HeadersConfigurer.FrameOptionsConfig::deny)
                        .referrerPolicy(policy -> policy.policy(ReferrerPolicy.NO_REFERRER))
                        .crossOriginOpenerPolicy(policy -> policy.policy(CrossOriginOpenerPolicy.SAME_ORIGIN))
                        .crossOriginResourcePolicy(policy -> policy.policy(CrossOriginResourcePolicy.SAME_ORIGIN)))
                .exceptionHandling(
                        handling -> handling.authenticationEntryPoint(refusals).accessDeniedHandler(refusals))
                .addFilterAfter(new OwnOriginFilter(refusals, onlyLoopback), HeaderWriterFilter.class)
                .logout(logout -> logout.logoutRequestMatcher(
                                PathPatternRequestMatcher.withDefaults().matcher(HttpMethod.POST, "/logout"))
                        .logoutSuccessHandler(new HttpStatusReturningLogoutSuccessHandler(HttpStatus.NO_CONTENT)));
    }

    /**
     * Headers are there before a controller is: they would be written by the request's thread when it leaves, while another one
     * begins the stream that it has left behind.
     */
    private static ObjectPostProcessor<HeaderWriterFilter> early() {
        return new ObjectPostProcessor<>() {
            @Override
            public <O extends HeaderWriterFilter> O postProcess(O filter) {
                filter.setShouldWriteHeadersEagerly(true);
                return filter;
            }
        };
    }

    private static HttpSecurity usersOnly(HttpSecurity http) throws Exception {
        return http.authorizeHttpRequests(requests -> requests
                // a response that comes later, and the page behind "/": the request itself was checked
                .dispatcherTypeMatchers(DispatcherType.ASYNC, DispatcherType.FORWARD, DispatcherType.ERROR)
                .permitAll()
                .requestMatchers(PUBLIC)
                .permitAll()
                .anyRequest()
                .authenticated());
    }
}
