using System.Text;
using CoreNode.Provision;

namespace CoreNode.Tests.Provision;

/// <summary>Keys as servers give them.</summary>
[TestFixture, Category("Unit")]
internal sealed class SshKeyAnswerTests
{
    [TestCase("ssh-ed25519 AAAA a@b\n# mine\n\nssh-rsa BBBB\r\n", "ssh-ed25519 AAAA a@b|ssh-rsa BBBB")]
    [TestCase("[{\"id\":1,\"key\":\"ssh-rsa CCCC\"},{\"key\":\"ecdsa-sha2-nistp256 DDDD\"}]",
        "ssh-rsa CCCC|ecdsa-sha2-nistp256 DDDD")]
    [TestCase("sk-ssh-ed25519@openssh.com EEEE x", "sk-ssh-ed25519@openssh.com EEEE x")]
    [TestCase("[{\"key\":\"ssh-rsa FFFF\\nssh-rsa GGGG\"},{\"key\":7},8,{\"key\":\"ssh-rsa HHHH\"}]", "ssh-rsa HHHH")]
    public void Lines_and_lists_are_read(string answer, string keys) =>
        Assert.That(string.Join('|', SshKeyAnswer.Read(Encoding.UTF8.GetBytes(answer))), Is.EqualTo(keys));

    [TestCase("", "no SSH keys")]
    [TestCase("<html>\n<a href=\"x-y\">page</a>", "no SSH keys")]
    [TestCase("[]", "no SSH keys")]
    [TestCase("[{\"key\":", "no JSON at 1:9")]
    public void What_has_no_keys_is_refused(string answer, string reason) => Assert.That(
        () => SshKeyAnswer.Read(Encoding.UTF8.GetBytes(answer)),
        Throws.TypeOf<IOException>().With.Message.Contains(reason));
}
