using System.Reflection;
using LocalPlatform.Functions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Where a function app starts.</summary>
public class FunctionsApplication
{
    /// <summary>A builder with the host's defaults. <paramref name="args"/> is the command line, for example <c>--urls</c>.</summary>
    public static FunctionsApplicationBuilder CreateBuilder(string[] args) =>
        HostProcess.OrExplain(() => new FunctionsApplicationBuilder(args, FunctionSource.Of(
            Assembly.GetEntryAssembly() ?? throw new InvalidOperationException("There is no entry assembly."))));
}

/// <summary>Builds a function app: its services, settings, logging and middleware.</summary>
public class FunctionsApplicationBuilder : IHostApplicationBuilder, IFunctionsWorkerApplicationBuilder
{
    private readonly EmbeddedHostBuilder _host;

    internal FunctionsApplicationBuilder(string[] args, FunctionSource source) => _host = new EmbeddedHostBuilder(args, source);

    /// <inheritdoc/>
    public IDictionary<object, object> Properties => ((IHostApplicationBuilder)_host.Web).Properties;

    IConfigurationManager IHostApplicationBuilder.Configuration => Configuration;

    /// <inheritdoc cref="IHostApplicationBuilder.Configuration"/>
    public ConfigurationManager Configuration => _host.Web.Configuration;

    /// <inheritdoc/>
    public IHostEnvironment Environment => _host.Web.Environment;

    /// <inheritdoc/>
    public ILoggingBuilder Logging => _host.Web.Logging;

    /// <inheritdoc/>
    public IMetricsBuilder Metrics => _host.Web.Metrics;

    /// <inheritdoc cref="IHostApplicationBuilder.Services"/>
    public IServiceCollection Services => _host.Web.Services;

    /// <summary>Builds the app. Can be called once.</summary>
    public IHost Build() => new HostProcess(HostProcess.OrExplain(_host.Build));

    /// <summary>As <see cref="Build"/>, but a start-up problem is thrown, not printed.</summary>
    internal WebApplication BuildOrThrow() => _host.Build();

    /// <inheritdoc/>
    public void ConfigureContainer<TContainerBuilder>(
        IServiceProviderFactory<TContainerBuilder> factory, Action<TContainerBuilder>? configure = null)
        where TContainerBuilder : notnull => ((IHostApplicationBuilder)_host.Web).ConfigureContainer(factory, configure);

    /// <inheritdoc/>
    public IFunctionsWorkerApplicationBuilder Use(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware)
    {
        _host.Middleware.Add(middleware);
        return this;
    }
}

/// <summary>ASP.NET Core in a function app.</summary>
public static class FunctionsApplicationBuilderAspNetCoreExtensions
{
    /// <summary>HTTP functions use ASP.NET Core's types. It is always so here; an app calls it because the original needs it.</summary>
    public static FunctionsApplicationBuilder ConfigureFunctionsWebApplication(this FunctionsApplicationBuilder builder) => builder;
}
