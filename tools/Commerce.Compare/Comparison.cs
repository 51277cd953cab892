using System.Security.Cryptography;

namespace Commerce.Compare;

/// <summary>Two hosts of the shop, asked the same questions one after the other.</summary>
internal sealed class Comparison(Uri one, Uri other, string? functionKey)
{
    private const int ShownMax = 600;

    /// <summary>Asks everything, and writes each difference as it is found. The calls whose answers differ.</summary>
    public async Task<int> RunAsync(TextWriter output, CancellationToken ct)
    {
        var (calls, differing) = (Calls.All(RandomNumberGenerator.GetHexString(8, lowercase: true)).ToArray(), 0);
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        foreach (var call in calls)
        {
            // One after the other on each host, since later calls see what earlier ones did.
            var answers = await Task.WhenAll(AskAsync(client, one, call, ct), AskAsync(client, other, call, ct));
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

    private async Task<Answer> AskAsync(HttpClient client, Uri host, Call call, CancellationToken ct)
    {
        using var request = call.ToRequest(host);
        if (functionKey is not null)
            request.Headers.TryAddWithoutValidation("x-functions-key", functionKey);
        using var response = await client.SendAsync(request, ct);
        return await Answer.OfAsync(response, host);
    }

    private static string Short(string text) => text.Length <= ShownMax ? text : string.Concat(text.AsSpan(0, ShownMax), "...");
}
