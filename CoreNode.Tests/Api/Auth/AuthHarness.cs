using System.Text;
using System.Text.Json.Nodes;
using CoreNode.Api;

namespace CoreNode.Tests.Api.Auth;

/// <summary>A server over the in-memory store with what tests of users and roles ask of it.</summary>
internal sealed class AuthHarness : IAsyncDisposable
{
    private const string Json = "Content-Type: application/json\r\n";

    private AuthHarness(ApiHarness api) => Api = api;

    public ApiHarness Api { get; }

    public static async Task<AuthHarness> StartAsync(ApiOptions? options = null) =>
        new(await ApiHarness.StartAsync(options));

    /// <summary>With root:pw, and auth on.</summary>
    public static async Task<AuthHarness> StartEnabledAsync(ApiOptions? options = null)
    {
        AuthHarness harness = await StartAsync(options);
        await harness.PutUserAsync("root", """{"user":"root","password":"pw"}""");
        Assert.That(await harness.StatusAsync("PUT", "/v2/auth/enable"), Is.EqualTo(200));
        return harness;
    }

    public static string Header(string? user) => user is null
        ? ""
        : $"Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(user))}\r\n";

    public Task<RawAnswer> AskAsync(string method, string target, string? user = null, string body = "") =>
        Api.AskAsync(method, target, Header(user) + (body.Length > 0 ? Json : ""), body);

    public async Task<int> StatusAsync(string method, string target, string? user = null, string body = "") =>
        (await AskAsync(method, target, user, body)).Status;

    public Task<RawAnswer> PutUserAsync(string name, string body, string? user = null) =>
        AskAsync("PUT", $"/v2/auth/users/{name}", user, body);

    public Task<RawAnswer> PutRoleAsync(string name, string body, string? user = null) =>
        AskAsync("PUT", $"/v2/auth/roles/{name}", user, body);

    public async Task<JsonNode> ShowAsync(string target, string? user = null) =>
        JsonNode.Parse((await AskAsync("GET", target, user)).Body)!;

    public ValueTask DisposeAsync() => Api.DisposeAsync();
}
