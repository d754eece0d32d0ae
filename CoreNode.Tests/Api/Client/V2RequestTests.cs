using CoreNode.Api.Client;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Tests.Api.Client;

[TestFixture, Category("Unit")]
internal sealed class V2RequestTests
{
    [Test]
    public void Values_of_any_bytes_are_escaped_in_the_form()
    {
        V2Request request = V2Request.Set("/v2/keys/a", [0, (byte)' ', (byte)'&', 0xFF], KvSetOptions.None);
        Assert.That(request.Form, Is.EqualTo("value=%00+%26%FF"));
        Assert.That(request.PathAndQuery, Is.EqualTo("/v2/keys/a"));
    }

    [Test]
    public void Conditions_go_into_the_query_in_order_of_their_names()
    {
        var options = new KvSetOptions
        {
            MustExist = true,
            PreviousIndex = new StoreIndex(7),
            PreviousValue = "a b",
            TimeToLive = TimeSpan.FromSeconds(5),
        };
        V2Request request = V2Request.Set("/v2/keys/a", "x"u8, options);
        Assert.That(request.PathAndQuery, Is.EqualTo("/v2/keys/a?prevExist=true&prevIndex=7&prevValue=a+b"));
        Assert.That(request.Form, Is.EqualTo("ttl=5&value=x"));
    }

    [Test]
    public void A_refresh_carries_no_value()
    {
        KvSetOptions options = KvSetOptions.Update with { IsRefresh = true, TimeToLive = TimeSpan.FromSeconds(9) };
        V2Request request = V2Request.Set("/v2/keys/a", "ignored"u8, options);
        Assert.That(request.Form, Is.EqualTo("refresh=true&ttl=9"));
    }

    [Test]
    public void Only_reads_may_be_sent_twice()
    {
        Assert.That(V2Request.Get("/v2/keys/a", KvGetOptions.Plain).IsSafe, Is.True);
        Assert.That(V2Request.Delete("/v2/keys/a", KvDeleteOptions.None).IsSafe, Is.False);
        Assert.That(V2Request.CreateInOrder("/v2/keys/a", "x"u8, null).IsSafe, Is.False);
    }

    [Test]
    public void A_stream_never_names_an_index()
    {
        Assert.That(V2Request.Stream("/v2/keys/a", true).PathAndQuery, Does.Not.Contain("waitIndex"));
        Assert.That(V2Request.Watch("/v2/keys/a", true, 7).PathAndQuery, Does.Contain("waitIndex=7"));
    }
}
