using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Api.UpdateServer;

/// <summary>
/// Debian's Chromium without a window, driven over its DevTools protocol: one page, its document, its keyboard, its
/// complaints. Needs no other package.
/// </summary>
internal sealed class Browser : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly TestFolder _profile = new();
    private readonly ClientWebSocket _socket = new();
    private readonly List<string> _complaints = [];
    private RunningProgram? _chromium;
    private string _session = "";
    private int _lastId;

    private Browser()
    {
    }

    /// <summary>What the page wrote to the console as errors, and what its policy refused.</summary>
    public IReadOnlyList<string> Complaints => _complaints;

    /// <summary>The executable; null where it is not installed.</summary>
    public static string? Find() => File.Exists("/usr/bin/chromium") ? "/usr/bin/chromium" : null;

    /// <summary>Starts one with an empty page.</summary>
    public static async Task<Browser> StartAsync(int width = 1280, int height = 900)
    {
        Browser browser = new();
        browser._chromium = RunningProgram.Start(
            Find()!,
            [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                "--disable-extensions", "--disable-background-networking", "--remote-debugging-port=0",
                $"--user-data-dir={browser._profile.File("profile")}", "about:blank",
            ]);
        await browser._socket.ConnectAsync(await browser.FindPortAsync(), CancellationToken.None);
        JsonNode target = await browser.SendAsync(
            "Target.createTarget", new JsonObject { ["url"] = "about:blank" });
        JsonNode attached = await browser.SendAsync("Target.attachToTarget", new JsonObject
        {
            ["targetId"] = (string?)target["targetId"],
            ["flatten"] = true,
        });
        browser._session = (string)attached["sessionId"]!;
        await browser.SendAsync("Page.enable");
        await browser.SendAsync("Runtime.enable");
        await browser.SendAsync("Log.enable");
        await browser.SizeAsync(width, height);
        return browser;
    }

    /// <summary>Goes to an address.</summary>
    public Task GoAsync(string url) => SendAsync("Page.navigate", new JsonObject { ["url"] = url });

    /// <summary>What an expression of JavaScript gives.</summary>
    public async Task<JsonNode?> EvaluateAsync(string script)
    {
        JsonNode answer = await TryAsync(script);
        Assert.That(answer["exceptionDetails"], Is.Null, script);
        return answer["result"]!["value"];
    }

    /// <summary>Waits until an expression is true; while a page is loading what it names need not be there.</summary>
    public async Task UntilAsync(string script)
    {
        DateTime deadline = DateTime.UtcNow + s_patience;
        while (true)
        {
            JsonNode answer = await TryAsync($"!!({script})");
            if (answer["exceptionDetails"] is null && (bool)answer["result"]!["value"]!)
                return;
            if (DateTime.UtcNow > deadline)
            {
                Assert.Fail(
                    $"not in time: {script}\n{answer["exceptionDetails"]}\n"
                    + await EvaluateAsync("document.body.innerText"));
            }

            await Task.Delay(50);
        }
    }

    /// <summary>Presses a key.</summary>
    public async Task PressAsync(string key)
    {
        (int code, string text) = key switch
        {
            "Tab" => (9, ""),
            "Enter" => (13, "\r"),
            _ => throw new ArgumentOutOfRangeException(nameof(key), key, "no such key here"),
        };
        foreach (string type in new[] { text.Length > 0 ? "keyDown" : "rawKeyDown", "keyUp" })
        {
            await SendAsync("Input.dispatchKeyEvent", new JsonObject
            {
                ["type"] = type,
                ["key"] = key,
                ["code"] = key,
                ["windowsVirtualKeyCode"] = code,
                ["text"] = type == "keyUp" ? "" : text,
            });
        }
    }

    /// <summary>Width and height of what is seen.</summary>
    public Task SizeAsync(int width, int height) => SendAsync("Emulation.setDeviceMetricsOverride", new JsonObject
    {
        ["width"] = width,
        ["height"] = height,
        ["deviceScaleFactor"] = 1,
        ["mobile"] = false,
    });

    /// <summary>What the user prefers: dark or light.</summary>
    public Task PreferAsync(string scheme) => SendAsync("Emulation.setEmulatedMedia", new JsonObject
    {
        ["features"] = new JsonArray(new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = scheme }),
    });

    /// <summary>A picture of what is seen.</summary>
    public async Task<byte[]> PictureAsync()
    {
        JsonNode answer = await SendAsync("Page.captureScreenshot", new JsonObject { ["format"] = "png" });
        return Convert.FromBase64String((string)answer["data"]!);
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        _chromium?.Dispose();
        try
        {
            _profile.Dispose();
        }
        catch (IOException)
        {
            // A process of its own that ends a moment later still wrote there.
        }

        return ValueTask.CompletedTask;
    }

    private async Task<Uri> FindPortAsync()
    {
        const string Before = "DevTools listening on ";
        DateTime deadline = DateTime.UtcNow + s_patience;
        while (true)
        {
            foreach (string line in _chromium!.StandardError.Split('\n'))
            {
                bool isWhole = line.Contains("/devtools/browser/", StringComparison.Ordinal);
                if (isWhole && line.StartsWith(Before, StringComparison.Ordinal))
                    return new Uri(line[Before.Length..].Trim());
            }

            if (DateTime.UtcNow > deadline || _chromium.HasExited)
                throw new IOException($"chromium does not listen:\n{_chromium.StandardError}");
            await Task.Delay(20);
        }
    }

    private Task<JsonNode> TryAsync(string script) => SendAsync("Runtime.evaluate", new JsonObject
    {
        ["expression"] = script,
        ["returnByValue"] = true,
        ["awaitPromise"] = true,
    });

    private async Task<JsonNode> SendAsync(string method, JsonObject? values = null)
    {
        int id = ++_lastId;
        JsonObject call = new() { ["id"] = id, ["method"] = method, ["params"] = values ?? [] };
        if (_session.Length > 0)
            call["sessionId"] = _session;
        using CancellationTokenSource deadline = new(s_patience);
        await _socket.SendAsync(
            Encoding.UTF8.GetBytes(call.ToJsonString()), WebSocketMessageType.Text, true, deadline.Token);
        while (true)
        {
            JsonNode told = await ReceiveAsync(deadline.Token);
            if ((int?)told["id"] == id)
            {
                Assert.That(told["error"], Is.Null, string.Create(CultureInfo.InvariantCulture, $"{method}: {told}"));
                return told["result"]!;
            }

            Note(told);
        }
    }

    private async Task<JsonNode> ReceiveAsync(CancellationToken cancellation)
    {
        using MemoryStream bytes = new();
        byte[] piece = new byte[64 << 10];
        ValueWebSocketReceiveResult got;
        do
        {
            got = await _socket.ReceiveAsync(piece.AsMemory(), cancellation);
            bytes.Write(piece, 0, got.Count);
        }
        while (!got.EndOfMessage);
        return JsonNode.Parse(bytes.ToArray(), documentOptions: new JsonDocumentOptions { MaxDepth = 256 })!;
    }

    private void Note(JsonNode told)
    {
        string method = (string?)told["method"] ?? "";
        JsonNode? about = told["params"];
        if (method == "Runtime.exceptionThrown")
            _complaints.Add($"{about!["exceptionDetails"]}");
        else if (method == "Log.entryAdded" && (string?)about!["entry"]!["level"] == "error")
            _complaints.Add($"{about["entry"]!["text"]} {about["entry"]!["url"]}");
        else if (method == "Runtime.consoleAPICalled" && (string?)about!["type"] == "error")
            _complaints.Add($"{about["args"]}");
    }
}
