using System.Globalization;
using System.Text.Json.Nodes;
using CoreNode.Api.UpdateServer;

namespace CoreNode.Tests.Api.UpdateServer;

/// <summary>
/// The page in a real browser: what it shows, that it is live, that a keyboard is enough, and that nothing that a
/// machine says of itself becomes more than text. CORENODE_SCREENSHOTS=FOLDER keeps pictures of it.
/// </summary>
[TestFixture, Category("EndToEnd"), CancelAfter(300_000)]
internal sealed class PageBrowserTests
{
    private const string Evil = "&lt;img src=x onerror=document.title=1&gt;";

    private UpdateServerHarness _server = null!;
    private Browser _browser = null!;

    [SetUp]
    public void NeedChromium()
    {
        if (Browser.Find() is null)
            Assert.Ignore("the package chromium is not installed: packaging/prerequisites.sh installs it as root");
    }

    [TearDown]
    public async Task StopAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
    }

    [Test]
    public async Task It_shows_where_each_machine_is_and_follows_what_happens()
    {
        await StartAsync(isOpen: true);
        await _browser.GoAsync(_server.Url.ToString());
        await _browser.UntilAsync("document.querySelectorAll('.group').length === 2");
        await _browser.UntilAsync("document.querySelectorAll('#rows tr').length === 41");
        Assert.That(await TextAsync("#groups"), Does.Contain("servers").And.Contain("1.4.1").And.Contain("paused"));
        Assert.That(await TextAsync("#rows"), Does.Contain("held: ").And.Contain("market opens"));
        Assert.That(await TextAsync("#rows"), Does.Contain("<img src=x onerror=document.title=1>"));
        Assert.That((string?)await _browser.EvaluateAsync("document.title"), Is.EqualTo("Updates"));
        JsonNode granted = JsonNode.Parse(
            (await _server.RestAsync("GET", "apps/os/machines?state=granted&group=servers")).Body)!;
        await _server.TellAsync((string)granted["machines"]![0]!["machine"]!, "1.4.0", 3, 0, 9);
        await _browser.UntilAsync("document.querySelector('#rows').innerText.includes('failed with 1.4.1 (error 9)')");
        await _browser.UntilAsync("document.querySelector('#live-text').textContent === 'live'");
        await PicturesAsync("machines");
        Assert.That(_browser.Complaints, Is.Empty);
    }

    [Test]
    public async Task Searching_and_filtering_ask_the_server_and_stand_in_the_address()
    {
        await StartAsync(isOpen: true);
        await _browser.GoAsync(_server.Url.ToString());
        await _browser.UntilAsync("document.querySelectorAll('#rows tr').length === 41");
        await _browser.EvaluateAsync(
            "(() => { const t = document.getElementById('text'); t.value = 'm-1';"
            + " t.dispatchEvent(new Event('input')); })()");
        await _browser.UntilAsync("document.querySelectorAll('#rows tr').length === 10");
        Assert.That((string?)await _browser.EvaluateAsync("location.hash"), Does.Contain("text=m-1"));
        await _browser.EvaluateAsync("history.back()");
        await _browser.UntilAsync("document.querySelectorAll('#rows tr').length === 41");
        string app = UpdateServerHarness.AppId;
        await _browser.GoAsync("about:blank");
        await _browser.GoAsync($"{_server.Url}#app={app}&text=m-07");
        await _browser.UntilAsync("document.querySelectorAll('#rows tr').length === 1");
        Assert.That((string?)await _browser.EvaluateAsync("document.getElementById('text').value"), Is.EqualTo("m-07"));
    }

    [Test]
    public async Task A_keyboard_reaches_everything_and_is_trapped_nowhere()
    {
        await StartAsync(isOpen: true);
        await _browser.GoAsync(_server.Url.ToString());
        await _browser.UntilAsync("document.querySelectorAll('#rows tr').length === 41");
        List<string> seen = [];
        for (int i = 0; i < 90; i++)
        {
            await _browser.PressAsync("Tab");
            JsonNode? focus = await _browser.EvaluateAsync(
                "(() => { const e = document.activeElement; const s = getComputedStyle(e);"
                + " return e === document.body ? 'body' : (e.id || e.dataset.key || e.textContent || e.tagName)"
                + " + '|' + (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2); })()");
            string text = (string)focus!;
            seen.Add(text);
            if (text != "body")
                Assert.That(text, Does.EndWith("|true"), "where the focus is can be seen");
        }

        Assert.That(seen[0], Does.StartWith("Skip to the machines"));
        foreach (string wanted in new[] { "text|", "group|", "state|", "version|", "m-39|" })
            Assert.That(seen, Has.Some.StartsWith(wanted));
        Assert.That(seen, Has.Some.EqualTo("body").Or.Some.Matches<string>(
            one => seen.IndexOf(one!) != seen.LastIndexOf(one!)), "it comes round again");
        await _browser.EvaluateAsync("document.querySelector('[data-key=\"m-05\"]').focus()");
        await _browser.PressAsync("Enter");
        await _browser.UntilAsync(
            "document.querySelector('.more') && document.querySelector('.more').innerText.includes('first sign')");
        Assert.That((string?)await _browser.EvaluateAsync("document.activeElement.dataset.key"), Is.EqualTo("m-05"));
        JsonNode? expanded = await _browser.EvaluateAsync("document.activeElement.getAttribute('aria-expanded')");
        Assert.That((string?)expanded, Is.EqualTo("true"));
        await PicturesAsync("details");
    }

    [Test]
    public async Task It_has_landmarks_headings_and_a_table_with_headers()
    {
        await StartAsync(isOpen: true);
        await _browser.GoAsync(_server.Url.ToString());
        await _browser.UntilAsync("document.querySelectorAll('#rows tr').length === 41");
        foreach (string wanted in new[]
        {
            "html[lang]", "header", "main", "nav[aria-label]", "h1", "section[aria-labelledby] h2", "table caption",
            "thead th[scope=col]", "#filter[role=search] label input", "[aria-live=polite]",
            "svg[role=img][aria-label]",
        })
        {
            JsonNode? found = await _browser.EvaluateAsync($"!!document.querySelector('{wanted}')");
            Assert.That((bool)found!, Is.True, wanted);
        }

        Assert.That((bool)(await _browser.EvaluateAsync(
            "[...document.querySelectorAll('button,input,select')].every(e => e.labels && e.labels.length"
            + " || e.textContent.trim() || e.getAttribute('aria-label'))"))!, Is.True, "everything has a name");
    }

    [Test]
    public async Task A_token_is_asked_for_and_stays_in_the_tab()
    {
        await StartAsync(isOpen: false);
        string secret = (await _server.DoneAsync("token", "add", "wall")).Trim();
        await _browser.GoAsync(_server.Url.ToString());
        await _browser.UntilAsync("!document.getElementById('login').hidden");
        Assert.That((bool)(await _browser.EvaluateAsync("document.getElementById('content').hidden"))!, Is.True);
        await PicturesAsync("token");
        await FillAsync("wrong");
        await _browser.UntilAsync("document.getElementById('login-why').textContent.includes('not known')");
        await FillAsync(secret);
        await _browser.UntilAsync("document.querySelectorAll('#rows tr').length === 41");
        Assert.That((string?)await _browser.EvaluateAsync("sessionStorage.getItem('token')"), Is.EqualTo(secret));
        Assert.That((int)(await _browser.EvaluateAsync("localStorage.length"))!, Is.Zero);
        Assert.That((string?)await _browser.EvaluateAsync("document.cookie"), Is.Empty);
        await _server.DoneAsync("token", "remove", "wall");
        await _server.CheckAsync("m-40", "1.4.0");
        await _browser.UntilAsync("!document.getElementById('login').hidden");
    }

    private async Task StartAsync(bool isOpen)
    {
        _server = await UpdateServerHarness.StartAsync(new UpdateServerSettings { IsViewOpen = isOpen });
        await _server.SeedAsync("1.4.1", "--wave", "50%:0h,100%:72h");
        await _server.DoneAsync("group", "add", "edge", "--channel", "stable");
        await _server.DoneAsync("group", "pause", "edge", "--note", "market opens");
        for (int i = 0; i < 40; i++)
        {
            string id = string.Create(CultureInfo.InvariantCulture, $"m-{i:d2}");
            await _server.CheckAsync(id, i % 4 == 0 ? "1.4.1" : "1.4.0", i % 5 == 0 ? "edge" : "servers");
        }

        RawAnswer told = await _server.AskAsync("POST", "/v1/update/", UpdateServerHarness.Request("evil", "1.4.0")
            .Replace(" board=", $" machinealias=\"{Evil}\" board=", StringComparison.Ordinal));
        Assert.That(told.Status, Is.EqualTo(200), told.Body);
        _browser = await Browser.StartAsync();
    }

    private Task FillAsync(string secret) => _browser.EvaluateAsync(
        $"(() => {{ document.getElementById('token').value = '{secret}';"
        + " document.getElementById('login').requestSubmit(); })()");

    private async Task<string> TextAsync(string selector) =>
        (string)(await _browser.EvaluateAsync($"document.querySelector('{selector}').innerText"))!;

    private async Task PicturesAsync(string name)
    {
        if (Environment.GetEnvironmentVariable("CORENODE_SCREENSHOTS") is not { Length: > 0 } folder)
            return;
        foreach (string scheme in new[] { "light", "dark" })
        {
            await _browser.PreferAsync(scheme);
            foreach (int width in new[] { 1280, 420 })
            {
                await _browser.SizeAsync(width, 900);
                string file = string.Create(CultureInfo.InvariantCulture, $"{name}-{scheme}-{width}.png");
                await File.WriteAllBytesAsync(Path.Combine(folder, file), await _browser.PictureAsync());
            }
        }

        await _browser.PreferAsync("light");
        await _browser.SizeAsync(1280, 900);
    }
}
