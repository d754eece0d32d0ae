using System.Security.Cryptography;
using CoreNode.Tests.EndToEnd;
using CoreNode.Updates.Keys;

namespace CoreNode.Tests.Updates.Keys;

/// <summary>Key files as OpenSSL writes them, and ours as OpenSSL reads them.</summary>
[TestFixture, Category("Conformance")]
internal sealed class KeyFileTests
{
    private TestFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TestFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [TestCase(KeyKind.Rsa2048)]
    [TestCase(KeyKind.EcdsaP256)]
    public async Task OpenSSL_checks_our_signatures_and_we_check_its(KeyKind kind)
    {
        SigningKey key = SigningKey.Create(kind);
        string own = Write("own.key", key.ToPem());
        string shown = Write("own.pub.pem", key.Public.ToPem());
        string data = Write("data", "metadata of a payload");
        byte[] hash = SHA256.HashData(await File.ReadAllBytesAsync(data));
        string ours = _folder.File("ours.sig");
        byte[] signature = key.Sign(hash);
        await File.WriteAllBytesAsync(ours, signature);
        Assert.That(
            await OpensslAsync("dgst", "-sha256", "-verify", shown, "-signature", ours, data),
            Is.EqualTo("Verified OK\n"));
        string theirs = _folder.File("theirs.sig");
        await OpensslAsync("dgst", "-sha256", "-sign", own, "-out", theirs, data);
        byte[] made = await File.ReadAllBytesAsync(theirs);
        Assert.That(key.Public.Verify(hash, made), Is.True);
    }

    [TestCase(KeyKind.Rsa2048, "genrsa", "-out", "KEY", "2048")]
    [TestCase(KeyKind.Rsa2048, "genrsa", "-traditional", "-out", "KEY", "2048")]
    [TestCase(KeyKind.EcdsaP256, "ecparam", "-name", "prime256v1", "-genkey", "-out", "KEY")]
    [TestCase(KeyKind.EcdsaP256, "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "KEY")]
    public async Task Keys_that_OpenSSL_makes_are_read(KeyKind kind, params string[] command)
    {
        string key = _folder.File("a.key");
        await OpensslAsync([.. command.Select(word => word == "KEY" ? key : word)]);
        SigningKey read = SigningKey.ReadFile(key);
        string shown = Write("a.pub.pem", await OpensslAsync("pkey", "-in", key, "-pubout"));
        Assert.That(read.Kind, Is.EqualTo(kind));
        Assert.That(read.Public.Id, Is.EqualTo(VerifyingKey.ReadFile(shown).Id));
        Assert.That(VerifyingKey.ReadFile(key).Id, Is.EqualTo(read.Public.Id));
        string der = _folder.File("a.der");
        await OpensslAsync("pkey", "-in", key, "-pubout", "-outform", "DER", "-out", der);
        Assert.That(
            read.Public.Id, Is.EqualTo(Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(der)))));
    }

    [TestCase("an RSA key of 3072 bits", "genrsa", "-out", "KEY", "3072")]
    [TestCase("of another curve than P-256", "ecparam", "-name", "secp384r1", "-genkey", "-noout", "-out", "KEY")]
    [TestCase("of another curve than P-256", "ecparam", "-name", "secp256k1", "-genkey", "-noout", "-out", "KEY")]
    [TestCase("Ed25519 is not taken", "genpkey", "-algorithm", "ED25519", "-out", "KEY")]
    [TestCase("is encrypted", "genrsa", "-aes256", "-passout", "pass:secret", "-out", "KEY", "2048")]
    [TestCase(
        "is encrypted", "genrsa", "-traditional", "-aes256", "-passout", "pass:secret", "-out", "KEY", "2048")]
    public async Task Other_keys_are_refused_with_a_reason(string reason, params string[] command)
    {
        string key = _folder.File("a.key");
        await OpensslAsync([.. command.Select(word => word == "KEY" ? key : word)]);
        IOException fault = Assert.Throws<IOException>(() => SigningKey.ReadFile(key))!;
        Assert.That(fault.Message, Does.StartWith(key).And.Contain(reason));
    }

    [TestCase("", "holds no key")]
    [TestCase("<html>not found</html>", "holds no key")]
    [TestCase("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "cannot be read")]
    [TestCase("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "holds a certificate")]
    public void What_is_no_key_is_refused_with_a_reason(string text, string reason)
    {
        string file = Write("a.pem", text);
        IOException fault = Assert.Throws<IOException>(() => VerifyingKey.ReadFile(file))!;
        Assert.That(fault.Message, Does.StartWith(file).And.Contain(reason));
    }

    [Test]
    public void Two_keys_in_one_file_and_a_public_key_that_is_to_sign_are_refused()
    {
        string pem = SigningKey.Create(KeyKind.EcdsaP256).Public.ToPem();
        string two = Write("two.pem", pem + pem);
        Assert.That(
            Assert.Throws<IOException>(() => VerifyingKey.ReadFile(two))!.Message, Does.Contain("more than one key"));
        string one = Write("one.pem", pem);
        Assert.That(
            Assert.Throws<IOException>(() => SigningKey.ReadFile(one))!.Message,
            Is.EqualTo($"{one} holds a public key; signing needs the private one"));
    }

    private string Write(string name, string content)
    {
        File.WriteAllText(_folder.File(name), content);
        return _folder.File(name);
    }

    private static async Task<string> OpensslAsync(params string[] arguments)
    {
        ProgramResult result = await ProgramResult.OfAsync(TestPrograms.Openssl(), arguments);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        return result.Output;
    }
}
