using System.Text;
using CoreNode.Api;
using CoreNode.Api.Wire;
using CoreNode.Store;

namespace CoreNode.Tests.Api;

[TestFixture, Category("Unit")]
internal sealed class WriteCommandTests
{
    private static readonly ManualTime s_time = new(DateTimeOffset.FromUnixTimeSeconds(1_795_000_000));

    [TestCase("PUT", "", KeyOperation.Set)]
    [TestCase("PUT", "prevIndex=0", KeyOperation.Set)]
    [TestCase("PUT", "prevExist=true", KeyOperation.Update)]
    [TestCase("PUT", "prevExist=true&prevValue=a", KeyOperation.CompareAndSwap)]
    [TestCase("PUT", "prevExist=true&prevIndex=3", KeyOperation.CompareAndSwap)]
    [TestCase("PUT", "prevExist=false", KeyOperation.Create)]
    [TestCase("PUT", "prevExist=false&prevValue=a&prevIndex=3", KeyOperation.Create)]
    [TestCase("PUT", "prevIndex=3", KeyOperation.CompareAndSwap)]
    [TestCase("PUT", "prevValue=a", KeyOperation.CompareAndSwap)]
    [TestCase("POST", "prevExist=true&prevIndex=7&prevValue=zz", KeyOperation.CreateInOrder)]
    [TestCase("DELETE", "prevExist=false", KeyOperation.Delete)]
    [TestCase("DELETE", "prevIndex=3", KeyOperation.CompareAndDelete)]
    [TestCase("DELETE", "prevValue=3&recursive=true", KeyOperation.CompareAndDelete)]
    public void Conditions_choose_the_operation_in_etcds_order(string method, string query, KeyOperation expected) =>
        Assert.That(KeyCommand.Decode(Encode(method, query)).Operation, Is.EqualTo(expected));

    [TestCase("PUT", "dir=true&value=x", "")]
    [TestCase("PUT", "dir=true&value=x&prevExist=false", "")]
    [TestCase("POST", "dir=true&value=x", "")]
    [TestCase("PUT", "dir=true&value=x&prevExist=true", "x")]
    [TestCase("DELETE", "value=x", "")]
    public void A_value_is_dropped_where_etcd_drops_it(string method, string query, string value) =>
        Assert.That(Encoding.UTF8.GetString(KeyCommand.Decode(Encode(method, query)).Value), Is.EqualTo(value));

    [Test]
    public void Conditions_that_etcd_ignores_do_not_reach_the_log()
    {
        KeyCommand create = KeyCommand.Decode(Encode("PUT", "prevExist=false&prevValue=a&prevIndex=3"));
        Assert.That(create.PreviousIndex, Is.Zero);
        Assert.That(create.PreviousValue.IsEmpty, Is.True);
        Assert.That(KeyCommand.Decode(Encode("PUT", "recursive=true")).IsRecursive, Is.False);
        Assert.That(KeyCommand.Decode(Encode("DELETE", "recursive=true&dir=true")).IsRecursive, Is.True);
    }

    [TestCase("", 0L)]
    [TestCase("ttl=", 0L)]
    [TestCase("ttl=0", 1_795_000_000_000_000_000)]
    [TestCase("ttl=100", 1_795_000_100_000_000_000)]
    [TestCase("ttl=7000000000", 8_795_000_000_000_000_000)]
    [TestCase("ttl=18446744073709551615", 1_794_999_999_000_000_000)]
    public void Deadlines_are_absolute(string query, long expected) =>
        Assert.That(KeyCommand.Decode(Encode("PUT", query)).ExpirationUnixNs, Is.EqualTo(expected));

    [TestCase(8_000_000_000ul)]
    [TestCase(9_223_372_036ul)]
    [TestCase(9_223_372_037ul)]
    [TestCase(9_999_999_999ul)]
    public void A_ttl_that_overflows_lands_before_the_year_2000(ulong ttl) => Assert.That(
        WriteCommand.Deadline(ttl, Rfc3339.ToUnixNs(s_time.GetUtcNow())), Is.LessThan(946_684_800_000_000_000));

    private static byte[] Encode(string method, string query)
    {
        KeyError? error = KeyParameters.Parse(
            method, Encoding.UTF8.GetBytes(query), default, null, new byte[query.Length], out KeyParameters found);
        Assert.That(error, Is.Null);
        return WriteCommand.Encode(method, "/k"u8, found, s_time);
    }
}
