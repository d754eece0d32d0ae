using System.Globalization;
using System.Text.RegularExpressions;

namespace CoreNode.Tests.Api.UpdateServer;

/// <summary>The page at "/", as it is sent.</summary>
[TestFixture, Category("Unit"), CancelAfter(60_000)]
internal sealed partial class UpdateServerPageTests
{
    private static readonly string[] s_files = ["/", "/page.css", "/page.js"];

    private UpdateServerHarness _server = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _server = await UpdateServerHarness.StartAsync();

    [OneTimeTearDown]
    public Task StopAsync() => _server.DisposeAsync().AsTask();

    [Test]
    public async Task It_is_small_and_may_run_and_fetch_nothing_but_its_own()
    {
        int bytes = 0;
        foreach (string file in s_files)
        {
            RawAnswer answer = await _server.AskAsync("GET", file);
            Assert.That(answer.Status, Is.EqualTo(200), file);
            bytes += answer.Body.Length;
            string policy = answer["Content-Security-Policy"]!;
            Assert.That(policy, Does.StartWith("default-src 'none';").And.Contain("frame-ancestors 'none'"));
            Assert.That(policy, Does.Not.Contain("unsafe").And.Not.Contain("http").And.Not.Contain("*"));
            Assert.That(answer["X-Content-Type-Options"], Is.EqualTo("nosniff"));
            Assert.That(answer["Referrer-Policy"], Is.EqualTo("no-referrer"));
            MatchCollection elsewhere = Elsewhere().Matches(answer.Body);
            Assert.That(elsewhere.Select(static one => one.Value), Has.None.Not.StartsWith("http://www.w3.org/"));
        }

        Assert.That(bytes, Is.LessThan(48 << 10));
    }

    [Test]
    public async Task Nothing_in_it_makes_markup_of_what_machines_say()
    {
        string script = (await _server.AskAsync("GET", "/page.js")).Body;
        foreach (string danger in new[] { "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(" })
            Assert.That(script, Does.Not.Contain(danger));
        Assert.That(script, Does.Not.Contain("localStorage").And.Not.Contain("document.cookie"), "where a token stays");
    }

    [Test]
    public async Task A_copy_that_is_still_good_is_not_sent_again()
    {
        string tag = (await _server.AskAsync("GET", "/"))["ETag"]!;
        await using RawClient client = await RawClient.OpenAsync(_server.Url);
        await client.SendAsync(string.Create(
            CultureInfo.InvariantCulture, $"GET / HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: {tag}\r\n\r\n"));
        Assert.That((await client.ReadHeadAsync()).Status, Is.EqualTo(304));
        Assert.That((await _server.AskAsync("HEAD", "/")).Status, Is.EqualTo(200));
        Assert.That((await _server.AskAsync("POST", "/")).Status, Is.EqualTo(405));
    }

    [GeneratedRegex("(https?:)?//[a-z0-9][a-z0-9.-]*\\.[a-z]{2,}/?", RegexOptions.IgnoreCase)]
    private static partial Regex Elsewhere();
}
