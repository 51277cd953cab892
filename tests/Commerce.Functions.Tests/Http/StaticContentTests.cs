using Commerce.Functions.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Functions.Tests.Http;

public class StaticContentTests
{
    private static readonly StaticContent Content = StaticContent.Packed("1"u8.ToArray(), "text/plain");

    [Fact]
    public async Task Who_has_these_bytes_is_not_sent_them_again_and_other_conditions_are_none_of_a_reads()
    {
        var etag = (await GetAsync()).ETag;
        Assert.NotEmpty(etag);

        var known = await GetAsync(("If-None-Match", etag));
        Assert.Equal((304, etag), (known.Status, known.ETag));
        Assert.Equal("Accept-Encoding", known.Headers.Vary.ToString());
        Assert.Equal(200, (await GetAsync(("If-None-Match", "\"other\""))).Status);
        Assert.Equal(200, (await GetAsync(("If-Match", "\"other\""))).Status);
    }

    private static async Task<(int Status, string ETag, IHeaderDictionary Headers)> GetAsync(params (string, string)[] headers)
    {
        var request = Requests.With(headers: headers);
        request.HttpContext.RequestServices = new ServiceCollection().AddLogging().BuildServiceProvider();
        var (status, _, answered) = await Requests.AnswerAsync(Content.Answer(request), request);
        return (status, answered.ETag.ToString(), answered);
    }
}
