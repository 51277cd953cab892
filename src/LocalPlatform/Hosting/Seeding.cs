using System.Net.Http.Headers;
using LocalPlatform.Identity;
using LocalPlatform.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LocalPlatform.Hosting;

/// <summary>
/// Fills an empty store: sends the requests of <c>localplatform.json</c> to the app itself until they have succeeded once. The
/// setting <c>LocalPlatform:Seed</c> set to false leaves the store empty.
/// </summary>
internal sealed partial class Seeding(
    HostFiles files, HostAddress address, HostStore store, IConfiguration configuration, TimeProvider time, HostConsole console,
        HostLog log,
    IServiceProvider services)
{
    private const string Marker = "seeded";
    private const string Subject = "local-platform";

    private readonly ILogger _logger = log.For<Seeding>();

    public async Task RunAsync(CancellationToken ct)
    {
        if (files.Platform.Seed.Count == 0 || !configuration.GetValue("LocalPlatform:Seed", true) || store.IsMarked(Marker))
            return;
        using var client = new HttpClient { BaseAddress = new Uri(address.BaseUrl), Timeout = TimeSpan.FromMinutes(5) };
        foreach (var entry in files.Platform.Seed)
        {
            // Without a marker the next start tries again; the requests must be repeatable for that.
            if (!await TrySendAsync(client, entry, ct))
                return;
        }
        await store.MarkAsync(Marker, time.GetUtcNow());
    }

    private async Task<bool> TrySendAsync(HttpClient client, SeedEntry entry, CancellationToken ct)
    {
        try
        {
            using var request = new HttpRequestMessage(new HttpMethod(entry.Method), entry.Path) { Content = ContentOf(entry) };
            if (entry.Scope is not null && services.GetService<TokenIssuer>() is { } issuer)
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", issuer.Issue(Subject, entry.Scope, Subject));
            using var response = await client.SendAsync(request, ct);
            var answer = await response.Content.ReadAsStringAsync(ct);
            if (response.IsSuccessStatusCode)
                console.Out.WriteLine($"Empty store: {entry.Says ?? $"{entry.Method} {entry.Path}"}: {answer}");
            else
                Refused(entry.Method, entry.Path, (int)response.StatusCode, answer);
            return response.IsSuccessStatusCode;
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The host is stopped before it has fully started; the next start seeds again.
            return false;
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or OperationCanceledException)
        {
            Failed(failure, entry.Method, entry.Path);
            return false;
        }
    }

    private StreamContent? ContentOf(SeedEntry entry)
    {
        if (entry.File is null)
            return null;
        var content = new StreamContent(File.OpenRead(Path.Combine(files.Folder, entry.File)));
        if (entry.ContentType is not null)
            content.Headers.ContentType = MediaTypeHeaderValue.Parse(entry.ContentType);
        return content;
    }

    [LoggerMessage(1, LogLevel.Warning, "Seed request {Method} {Path} was answered with {Status}: {Answer}; the next start tries again")]
    private partial void Refused(string method, string path, int status, string answer);

    [LoggerMessage(2, LogLevel.Warning, "Seed request {Method} {Path} failed; the next start tries again")]
    private partial void Failed(Exception failure, string method, string path);
}
