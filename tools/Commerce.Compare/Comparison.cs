using System.Security.Cryptography;
using Commerce.SignIn;

namespace Commerce.Compare;

/// <summary>Two hosts of the shop, asked the same questions one after the other.</summary>
/// <param name="one">The first host.</param>
/// <param name="other">The second host.</param>
/// <param name="functionKey">A function key that both take.</param>
/// <param name="token">An access token that both take; null where each has a local issuer.</param>
internal sealed class Comparison(Uri one, Uri other, string? functionKey, string? token = null)
{
    private const int ShownMax = 600;

    /// <summary>Asks everything, and writes each difference as it is found. The calls whose answers differ.</summary>
    public async Task<int> RunAsync(TextWriter output, CancellationToken ct)
    {
        var (calls, differing) = (Calls.All(RandomNumberGenerator.GetHexString(8, lowercase: true)).ToArray(), 0);
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        var tokens = await Task.WhenAll(TokenOfAsync(client, one, ct), TokenOfAsync(client, other, ct));
        foreach (var call in calls)
        {
            // One after the other on each host, since later calls see what earlier ones did.
            var answers = await Task.WhenAll(AskAsync(client, one, call, tokens[0], ct), AskAsync(client, other, call, tokens[1], ct));
            var differences = answers[0].DifferencesFrom(answers[1]).ToArray();
            if (differences.Length == 0)
                continue;
            differing++;
            await output.WriteLineAsync($"{call}");
            foreach (var (part, here, there) in differences)
                await output.WriteLineAsync($"  {part}\n    {one}: {Short(here)}\n    {other}: {Short(there)}");
        }
        await output.WriteLineAsync($"{calls.Length} calls, {differing} answered differently");
        return differing;
    }

    private async Task<string?> TokenOfAsync(HttpClient client, Uri host, CancellationToken ct) =>
        token ?? await new LocalTokens(client, host).GetAsync("comparison", LocalTokens.EveryScope, ct);

    private async Task<Answer> AskAsync(HttpClient client, Uri host, Call call, string? accessToken, CancellationToken ct)
    {
        using var request = call.ToRequest(host);
        if (accessToken is not null)
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {accessToken}");
        if (functionKey is not null)
            request.Headers.TryAddWithoutValidation("x-functions-key", functionKey);
        using var response = await client.SendAsync(request, ct);
        return await Answer.OfAsync(response, host);
    }

    private static string Short(string text) => text.Length <= ShownMax ? text : string.Concat(text.AsSpan(0, ShownMax), "...");
}
