using CoreNode.Api;
using CoreNode.Api.Limits;

namespace CoreNode.Tests.Api;

[TestFixture, Category("Unit")]
internal sealed class BodyRoomTests
{
    private const string Form = "Content-Type: application/x-www-form-urlencoded\r\n";
    private const int Room = 64 << 10;
    private const int BodyBytes = 40_000;
    private const int MaxTries = 1000;

    [Test]
    public async Task A_body_without_room_beside_the_others_is_refused_with_the_reason_and_the_others_go_on()
    {
        await using ApiHarness api = await ApiHarness.StartAsync(
            new ApiOptions { Limits = new ApiLimits { MaxBodyBytes = Room } });
        RawAnswer? refused = null;
        for (int i = 0; i < MaxTries && refused is null; i++)
            refused = await RefusedBesideAsync(api);
        Assert.That(refused, Is.Not.Null, "two bodies that do not fit together were both taken, again and again");
        Assert.That(refused!.Body, Does.Contain(
            "take too much memory together: the limit is 65536 (--max-body-bytes 65536); try again later"));
        Assert.That(refused["Connection"], Is.EqualTo("close"));
        Assert.That((await PutAsync(api)).Status, Is.EqualTo(200).Or.EqualTo(201), "the room was given back");
    }

    // The server may read either body first, so either can be the one without room: null then.
    private static async Task<RawAnswer?> RefusedBesideAsync(ApiHarness api)
    {
        await using RawClient slow = await api.OpenAsync();
        await slow.SendAsync(Head("/slow") + "value=");
        await slow.SendAsync(new string('x', BodyBytes - "value=".Length - 1));
        RawAnswer answer = await PutAsync(api);
        if (answer.Status != 503)
            return null;
        Assert.That((await api.AskAsync("PUT", "/v2/keys/small", Form, "value=1")).Status, Is.AnyOf(200, 201));
        await slow.SendAsync("x");
        return (await slow.ReadAsync()).Status == 503 ? null : answer;
    }

    private static string Head(string key) =>
        $"PUT /v2/keys{key} HTTP/1.1\r\nHost: x\r\n{Form}Content-Length: {BodyBytes}\r\n\r\n";

    private static async Task<RawAnswer> PutAsync(ApiHarness api)
    {
        await using RawClient client = await api.OpenAsync();
        await client.SendAsync(Head("/k"));
        await client.SendAsync("value=" + new string('y', BodyBytes - "value=".Length));
        return await client.ReadAsync();
    }
}
