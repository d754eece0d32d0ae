using System.Text;
using CoreNode.Api.Relay;

namespace CoreNode.Tests.Api.Relay;

[TestFixture, Category("Unit")]
internal sealed class AnswerHeadTests
{
    private const string Good =
        "HTTP/1.1 200 OK\r\nX-Etcd-Cluster-Id: c1\r\nContent-Length: 5\r\nX-Odd:\t a b \r\nEmpty:\r\n\r\n";

    [Test]
    public void A_head_is_read_once_all_of_it_is_there()
    {
        byte[] bytes = Encoding.ASCII.GetBytes(Good + "hello");
        for (int count = 0; count < Good.Length; count++)
        {
            Assert.That(AnswerHead.TryRead(bytes.AsSpan(0, count), null, out AnswerHead partial), Is.True);
            Assert.That(partial.Length, Is.Zero, $"{count} bytes");
        }

        Assert.That(AnswerHead.TryRead(bytes, null, out AnswerHead head), Is.True);
        Assert.That(
            (head.Length, head.Status, head.KeepsAlive, head.ClusterId, head.ContentLength),
            Is.EqualTo((Good.Length, 200, true, 0xc1UL, (long?)5)));
    }

    [TestCase("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", false)]
    [TestCase("HTTP/1.1 200 OK\r\nConnection: X-Foo, Close\r\n\r\n", false)]
    [TestCase("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n", true)]
    [TestCase("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", false)]
    [TestCase("HTTP/1.1 200\r\nTransfer-Encoding: Chunked\r\n\r\n", true)]
    public void It_says_whether_the_connection_serves_on(string wire, bool keepsAlive)
    {
        Assert.That(AnswerHead.TryRead(Encoding.ASCII.GetBytes(wire), null, out AnswerHead head), Is.True);
        Assert.That(head.KeepsAlive, Is.EqualTo(keepsAlive));
    }

    [TestCase("HTTP/1.1 200 OK\r\n\r\n", false, true)]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", true, false)]
    [TestCase("HTTP/1.1 204 No Content\r\n\r\n", false, false)]
    [TestCase("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", false, false)]
    public void Answers_without_a_body_have_none(string wire, bool isHead, bool isUntilClose)
    {
        Assert.That(AnswerHead.TryRead(Encoding.ASCII.GetBytes(wire), null, out AnswerHead head), Is.True);
        AnswerBody body = head.Body(isHead);
        Assert.That((body.IsDone, body.EndsWithConnection), Is.EqualTo((!isUntilClose, isUntilClose)));
    }

    [TestCase("HTTP/2.0 200 OK\r\n\r\n")]
    [TestCase("HTTP/1.1 99 X\r\n\r\n")]
    [TestCase("HTTP/1.1 600 X\r\n\r\n")]
    [TestCase("HTTP/1.1 101 Switching Protocols\r\n\r\n")]
    [TestCase("HTTP/1.1 2000 X\r\n\r\n")]
    [TestCase("HTTP/1.1  200 X\r\n\r\n")]
    [TestCase("SSH-2.0-OpenSSH\r\n\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\nNo colon\r\n\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\n: empty\r\n\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\nBad Name: x\r\n\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\n folded: x\r\n\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\nX: a\nb\r\n\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\nX: \u0001\r\n\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n")]
    public void A_head_that_makes_no_sense_is_no_answer(string wire)
    {
        Assert.That(AnswerHead.TryRead(Encoding.ASCII.GetBytes(wire), null, out _), Is.False);
    }
}
