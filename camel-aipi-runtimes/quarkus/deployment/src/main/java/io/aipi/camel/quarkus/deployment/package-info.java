/** What Quarkus does for the component when an application is built: everything is read off the component's artifact. */
package io.aipi.camel.quarkus.deployment;
