using CsCheck;
using LocalPlatform.Durable.Protocol;

namespace LocalPlatform.Durable.Tests;

public sealed class PastEventsTests
{
    private static readonly Gen<List<List<P.HistoryEvent>>> Turns =
        Gen.Select(Gen.Date, Gen.String[0, 2_000], Gen.String)
            .Select((time, name, input) => HistoryEvents.Raised(DateTime.SpecifyKind(time, DateTimeKind.Utc), name, input))
            .List[0, 4].List[0, 12];

    [Fact]
    public void A_request_has_all_turns_in_their_order_and_what_is_new() => Turns.Sample(turns =>
    {
        var past = new PastEvents();
        for (var i = 0; i < turns.Count; i++)
        {
            var request = P.OrchestratorRequest.Parser.ParseFrom(past.ToRequest(new() { InstanceId = "i", NewEvents = { turns[i] } }).Span);
            Assert.Equal(turns.Take(i).SelectMany(turn => turn), request.PastEvents);
            Assert.Equal(turns[i], request.NewEvents);
            Assert.Equal("i", request.InstanceId);
            past.Append(PastEvents.ToFragment(turns[i]));
        }
        Assert.Equal(turns.SelectMany(turn => turn), past.Read());
    });
}
