namespace CoreNode.Tests.Api.Client;

/// <summary>What a client sent.</summary>
internal sealed record ScriptedRequest(
    string Method, string Target, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public override string ToString() => Body.Length == 0 ? $"{Method} {Target}" : $"{Method} {Target} {Body}";
}
