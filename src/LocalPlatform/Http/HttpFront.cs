using LocalPlatform.Hosting;
using LocalPlatform.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;

namespace LocalPlatform.Http;

/// <summary>
/// The host's side of HTTP, in front of the worker's own pipeline and in the worker's own web server: its addresses, its routes, and
/// the choice of the function.
/// </summary>
internal sealed class HttpFront(HttpFunctions functions, HostAddress address, LocalCallers callers, HostFiles files) : IStartupFilter
{
    private static readonly PathString[] PlatformPaths = ["/admin", "/local", "/runtime"];

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        Listen(app);
        var branch = app.New();
        next(branch);
        var worker = branch.Build();
        callers.Guard(app);
        app.MapWhen(http => Array.Exists(PlatformPaths, path => http.Request.Path.StartsWithSegments(path)), platform =>
        {
            platform.UseRouting();
            platform.UseEndpoints(routes =>
            {
                AdminRoutes.Map(routes);
                LocalRoutes.Map(routes);
            });
        });
        if (files.Platform.Home is { } home)
            app.MapWhen(static http => http.Request.Path == "/", root => root.Run(http => LeadAsync(http, home)));
        app.Run(http => functions.AnswerAsync(http, worker));
    };

    private static Task LeadAsync(HttpContext http, string home)
    {
        http.Response.Redirect(home);
        return Task.CompletedTask;
    }

    /// <summary>The worker listens where only its host would find it; here everybody comes to the worker directly.</summary>
    private void Listen(IApplicationBuilder app)
    {
        var addresses = app.ServerFeatures.Get<IServerAddressesFeature>()!.Addresses;
        addresses.Clear();
        foreach (var url in address.Urls)
            addresses.Add(url);
    }
}
