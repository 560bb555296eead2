/** Prompts over HTTP, on Quarkus. */
package io.aipi.camel.examples.quarkus;
