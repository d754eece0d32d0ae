using CoreNode.Proxy;

namespace CoreNode.Tests.Proxy;

/// <summary>The whole table of what is sent again. Whoever changes a cell changes docs/operations.md, too.</summary>
[TestFixture, Category("Unit")]
internal sealed class ForwardRuleTests
{
    [TestCase(RequestKind.Read, ForwardFault.NotConnected, true, ForwardStep.NextMember)]
    [TestCase(RequestKind.Read, ForwardFault.NotConnected, false, ForwardStep.TellUnreached)]
    [TestCase(RequestKind.Read, ForwardFault.StaleConnection, true, ForwardStep.SameMember)]
    [TestCase(RequestKind.Read, ForwardFault.StaleConnection, false, ForwardStep.SameMember)]
    [TestCase(RequestKind.Read, ForwardFault.Broken, true, ForwardStep.NextMember)]
    [TestCase(RequestKind.Read, ForwardFault.Broken, false, ForwardStep.TellLost)]
    [TestCase(RequestKind.Read, ForwardFault.TimedOut, true, ForwardStep.NextMember)]
    [TestCase(RequestKind.Read, ForwardFault.TimedOut, false, ForwardStep.TellLost)]
    [TestCase(RequestKind.Wait, ForwardFault.NotConnected, true, ForwardStep.NextMember)]
    [TestCase(RequestKind.Wait, ForwardFault.StaleConnection, true, ForwardStep.TellLost)]
    [TestCase(RequestKind.Wait, ForwardFault.Broken, true, ForwardStep.TellLost)]
    [TestCase(RequestKind.Wait, ForwardFault.TimedOut, true, ForwardStep.TellLost)]
    [TestCase(RequestKind.Write, ForwardFault.NotConnected, true, ForwardStep.NextMember)]
    [TestCase(RequestKind.Write, ForwardFault.NotConnected, false, ForwardStep.TellUnreached)]
    [TestCase(RequestKind.Write, ForwardFault.StaleConnection, true, ForwardStep.TellUnknown)]
    [TestCase(RequestKind.Write, ForwardFault.Broken, true, ForwardStep.TellUnknown)]
    [TestCase(RequestKind.Write, ForwardFault.TimedOut, true, ForwardStep.TellUnknown)]
    public void What_is_done_after_a_fault(RequestKind kind, ForwardFault fault, bool hasMore, ForwardStep step)
    {
        Assert.That(ForwardRule.Next(kind, fault, hasMore), Is.EqualTo(step));
    }

    [Test]
    public void Only_a_read_is_ever_sent_again_after_it_has_left()
    {
        foreach (RequestKind kind in Enum.GetValues<RequestKind>())
        {
            foreach (ForwardFault fault in Enum.GetValues<ForwardFault>().Except([ForwardFault.None]))
            {
                foreach (bool hasMore in new[] { false, true })
                {
                    bool isSentAgain = ForwardRule.Next(kind, fault, hasMore)
                        is ForwardStep.SameMember or ForwardStep.NextMember;
                    bool mayHaveLeft = fault != ForwardFault.NotConnected;
                    bool isSeen = fault == ForwardFault.CutOff;
                    Assert.That(
                        isSentAgain && mayHaveLeft && (kind != RequestKind.Read || isSeen), Is.False,
                        $"{kind} {fault} {hasMore}");
                }
            }
        }
    }

    [Test]
    public void An_answer_that_has_begun_is_only_ended()
    {
        foreach (RequestKind kind in Enum.GetValues<RequestKind>())
            Assert.That(ForwardRule.Next(kind, ForwardFault.CutOff, true), Is.EqualTo(ForwardStep.EndAnswer));
    }
}
