using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Commerce.SignIn;

namespace EndToEnd.Tests.Support;

/// <summary>HTTP as no client library would send it.</summary>
internal static class RawHttp
{
    /// <summary>Sends text as it is and reads the answer.</summary>
    /// <param name="shop">Whom to.</param>
    /// <param name="text">The request from its first line on, in ASCII; it is signed.</param>
    /// <param name="isHalfClosed">Whether nothing more will come, which the other side then knows.</param>
    /// <returns>The answer; null when the connection was closed without one.</returns>
    public static async Task<Answer?> SendAsync(Uri shop, string text, bool isHalfClosed = false)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(shop.Host, shop.Port, TestContext.Current.CancellationToken);
        using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
        await client.Client.SendAsync(Encoding.ASCII.GetBytes(await SignedAsync(shop, text)), TestContext.Current.CancellationToken);
        if (isHalfClosed)
            client.Client.Shutdown(SocketShutdown.Send);
        try
        {
            return await ReadAsync(reader);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>With the tester's token behind the first line.</summary>
    private static async Task<string> SignedAsync(Uri shop, string text)
    {
        using var http = new HttpMessageInvoker(new SocketsHttpHandler());
        var token = await new LocalTokens(http, shop)
            .GetAsync(ShopClient.Tester, LocalTokens.EveryScope, TestContext.Current.CancellationToken);
        var end = text.IndexOf("\r\n", StringComparison.Ordinal);
        return $"{text[..end]}\r\nAuthorization: Bearer {token}{text[end..]}";
    }

    private static async Task<Answer?> ReadAsync(StreamReader reader)
    {
        if (await reader.ReadLineAsync(TestContext.Current.CancellationToken) is not { } status)
            return null;
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await reader.ReadLineAsync(TestContext.Current.CancellationToken) is { Length: > 0 } line)
            headers[line.Split(':')[0]] = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
        var body = new char[int.Parse(headers.GetValueOrDefault("Content-Length", "0"), CultureInfo.InvariantCulture)];
        var length = await reader.ReadBlockAsync(body, TestContext.Current.CancellationToken);
        return new((HttpStatusCode)int.Parse(status.Split(' ')[1], CultureInfo.InvariantCulture), headers, new string(body, 0, length));
    }
}
