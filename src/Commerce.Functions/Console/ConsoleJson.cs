using System.Text.Json.Serialization;
using Commerce.Functions.Http;

namespace Commerce.Functions.Console;

/// <summary>What the page has to know to sign somebody in; all of it is public.</summary>
/// <param name="Issuer">Where to sign in: the address below which OpenID Connect Discovery has its document.</param>
/// <param name="Audience">What tokens are to be made out to.</param>
/// <param name="UserClaim">The claim of a token that says who somebody is.</param>
/// <param name="ClientId">As what the issuer knows the console.</param>
/// <param name="Scope">What to ask for when a buyer signs in.</param>
/// <param name="OperatorScope">What to ask for when an operator does.</param>
internal sealed record ConsoleConfigView(
    string Issuer, string Audience, string UserClaim, string ClientId, string Scope, string OperatorScope);

[JsonSerializable(typeof(ConsoleConfigView))]
internal sealed partial class ConsoleJson : JsonSerializerContext
{
    public static ConsoleJson Wire { get; } = new(HttpJson.Options());
}
