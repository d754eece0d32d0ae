using CoreNode.Api.UpdateServer;
using CoreNode.Updates.Server;

namespace CoreNode.Tests.Api.UpdateServer;

/// <summary>Who may look and who may change.</summary>
[TestFixture, Category("Unit")]
internal sealed class ServerAccessTests
{
    private static readonly bool[] s_both = [false, true];

    // Whatever else is so: the whole table, against what docs/security.md says in words.
    [Test]
    public void Every_combination_is_as_the_security_page_has_it()
    {
        int looked = 0;
        foreach (ServerQuestion question in All())
        {
            ServerRefusal refusal = ServerAccess.Judge(question);
            bool isAdmin = question.IsLocalSocket && question.IsMachineAdmin;
            bool isClear = question.IsReadableByOthers && !question.IsAdminInsecure;
            bool mayLook = isAdmin
                || (!question.HasToken && question.IsViewOpen)
                || (question.HasToken && question.Token == AccessRole.Viewer)
                || (question.HasToken && question.Token == AccessRole.Admin && !isClear);
            bool mayChange = isAdmin || (question.HasToken && question.Token == AccessRole.Admin && !isClear);
            Assert.That(
                refusal == ServerRefusal.None, Is.EqualTo(question.IsChange ? mayChange : mayLook), $"{question}");
            looked++;
        }

        Assert.That(looked, Is.EqualTo(3 * 128));
    }

    [Test]
    public void Each_refusal_has_a_word_a_status_and_says_what_to_do()
    {
        HashSet<string> words = [];
        foreach (ServerRefusal refusal in Enum.GetValues<ServerRefusal>())
        {
            if (refusal == ServerRefusal.None)
                continue;
            Assert.That(words.Add(ServerAccess.Name(refusal)), Is.True);
            Assert.That(ServerAccess.StatusOf(refusal), Is.AnyOf(401, 403));
            Assert.That(ServerAccess.TextOf(refusal), Has.Length.GreaterThan(40));
        }
    }

    private static IEnumerable<ServerQuestion> All()
    {
        foreach (AccessRole? token in new AccessRole?[] { null, AccessRole.Viewer, AccessRole.Admin })
        {
            for (int bits = 0; bits < 128; bits++)
            {
                yield return new ServerQuestion(
                    s_both[bits & 1], s_both[(bits >> 1) & 1], s_both[(bits >> 2) & 1], s_both[(bits >> 3) & 1],
                    s_both[(bits >> 4) & 1], token, s_both[(bits >> 5) & 1], s_both[(bits >> 6) & 1]);
            }
        }
    }
}
