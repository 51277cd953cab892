using System.Net.Http.Headers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LocalPlatform.Functions;

/// <summary>
/// Fills an empty store: sends the requests of <c>localplatform.json</c> to the app itself until they have succeeded once. The
/// setting <c>LocalPlatform:Seed</c> set to false leaves the store empty.
/// </summary>
internal sealed partial class Seeding(
    HostPlan plan, HostStore store, IConfiguration configuration, IHostEnvironment environment, TimeProvider time, HostConsole console,
    ILogger<Seeding> logger)
{
    private const string Marker = "seeded";

    public async Task RunAsync(CancellationToken ct)
    {
        if (plan.File.Seed.Count == 0 || !configuration.GetValue("LocalPlatform:Seed", true) || store.IsMarked(Marker))
            return;
        using var client = new HttpClient { BaseAddress = new Uri(plan.Address.BaseUrl), Timeout = TimeSpan.FromMinutes(5) };
        foreach (var entry in plan.File.Seed)
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
            using var response = await client.SendAsync(request, ct);
            var answer = await response.Content.ReadAsStringAsync(ct);
            if (response.IsSuccessStatusCode)
                console.Out.WriteLine($"Empty store: {entry.Says ?? $"{entry.Method} {entry.Path}"}: {answer}");
            else
                Refused(logger, entry.Method, entry.Path, (int)response.StatusCode, answer);
            return response.IsSuccessStatusCode;
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The host is stopped before it has fully started; the next start seeds again.
            return false;
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or OperationCanceledException)
        {
            Failed(logger, failure, entry.Method, entry.Path);
            return false;
        }
    }

    private StreamContent? ContentOf(SeedEntry entry)
    {
        if (entry.File is null)
            return null;
        var content = new StreamContent(File.OpenRead(Path.Combine(environment.ContentRootPath, entry.File)));
        if (entry.ContentType is not null)
            content.Headers.ContentType = MediaTypeHeaderValue.Parse(entry.ContentType);
        return content;
    }

    [LoggerMessage(1, LogLevel.Warning, "Seed request {Method} {Path} was answered with {Status}: {Answer}; the next start tries again")]
    private static partial void Refused(ILogger logger, string method, string path, int status, string answer);

    [LoggerMessage(2, LogLevel.Warning, "Seed request {Method} {Path} failed; the next start tries again")]
    private static partial void Failed(ILogger logger, Exception failure, string method, string path);
}
