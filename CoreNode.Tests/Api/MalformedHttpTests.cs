using System.Net.Sockets;
using System.Text;
using CoreNode.Foundation;

namespace CoreNode.Tests.Api;

/// <summary>Seeded nonsense on real connections: whatever comes, the server goes on and stays right.</summary>
[TestFixture, Category("Fault")]
internal sealed class MalformedHttpTests
{
    private const int Rounds = 1500;

    private static readonly string[] s_pieces =
    [
        "GET ", "PUT ", "POST ", "DELETE ", "get ", "/v2/keys/a", "/v2/keys/%00", "/v2/keys/é", "/%zz", "/v2/members",
        "?wait=x", "?recursive=true", "?value=%", " HTTP/1.1\r\n", " HTTP/1.0\r\n", " HTTP/9.9\r\n", "\r\n", "\n",
        "\r", "Host: x\r\n", "Host:\r\n", "Content-Length: 5\r\n", "Content-Length: -1\r\n",
        "Content-Length: 99999999999\r\n", "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: x\r\n",
        "Content-Type: application/x-www-form-urlencoded\r\n", "Content-Type: application/json\r\n",
        "Connection: close\r\n", "Connection: upgrade\r\nUpgrade: x\r\n", "Expect: 100-continue\r\n",
        "5\r\nvalue\r\n", "0\r\n\r\n", "zz\r\n", "value=1", "{\"peerURLs\":", "\0", ": x\r\n", "\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ];

    [Test]
    public async Task Nonsense_never_stops_the_server([Values(1ul, 2ul)] ulong seed)
    {
        await using ApiHarness api = await ApiHarness.StartAsync();
        Prng random = new(seed);
        for (int round = 0; round < Rounds; round++)
        {
            byte[] sent = Compose(random);
            try
            {
                await using RawClient client = await api.OpenAsync();
                await client.SendAsync(sent);
                if (random.Chance(0.5))
                    client.CloseSending();
                if (random.Chance(0.3))
                    await client.DrainSomeAsync().WaitAsync(TimeSpan.FromMilliseconds(5));
                if (random.Chance(0.3))
                    client.Reset();
            }
            catch (Exception e) when (e is SocketException or TimeoutException or OperationCanceledException)
            {
                // The server cut the connection, or waits for more: both are its right.
            }

            if (round % 100 == 0)
            {
                RawAnswer answer = await api.AskAsync("GET", "/v2/keys/é%00");
                Assert.That(answer.Body, Does.Contain("\"cause\":\"/é\\u0000\""),
                    () => $"seed {seed}, round {round}, last {Encoding.Latin1.GetString(sent)}");
            }
        }

        await using RawClient last = await api.OpenAsync();
        Assert.That((await last.PutAsync("/still/alive", "value=1")).Body, Does.Contain("\"key\":\"/still/alive\""));
    }

    [Test]
    public async Task Requests_among_aborted_ones_are_answered_right()
    {
        await using ApiHarness api = await ApiHarness.StartAsync();
        for (int i = 0; i < 200; i++)
        {
            RawClient aborted = await api.OpenAsync();
            await aborted.SendAsync("PUT /v2/keys/a HTTP/1.1\r\nHost: x\r\n"
                + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nvalue=");
            aborted.Reset();
            await aborted.DisposeAsync();
        }

        RawAnswer answer = await api.AskAsync("GET", "/v2/keys/a");
        Assert.That(answer.Status, Is.EqualTo(404), "half a form is no write");
    }

    private static byte[] Compose(Prng random)
    {
        List<byte> bytes = [];
        if (random.Chance(0.6))
            bytes.AddRange(Encoding.UTF8.GetBytes("PUT /v2/keys/a HTTP/1.1\r\nHost: x\r\n"));
        int count = random.Next(1, 12);
        for (int i = 0; i < count; i++)
            bytes.AddRange(Encoding.UTF8.GetBytes(s_pieces[random.Next(s_pieces.Length)]));
        int flips = random.Chance(0.5) ? random.Next(4) : 0;
        for (int i = 0; i < flips; i++)
            bytes[random.Next(bytes.Count)] = (byte)random.Next(256);
        return [.. bytes];
    }
}
