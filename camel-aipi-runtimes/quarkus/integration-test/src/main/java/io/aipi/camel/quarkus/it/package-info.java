/** An application on Quarkus that uses the component in the ways that its users do. */
package io.aipi.camel.quarkus.it;
