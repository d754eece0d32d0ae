using System.Text.Json.Nodes;
using CoreNode.Tests.EndToEnd;
using CoreNode.Updates.Keys;

namespace CoreNode.Tests.Cli;

/// <summary>key new and key rotate, as they are typed.</summary>
[TestFixture, Category("Unit")]
internal sealed class SigningKeyCommandsTests
{
    private TestFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TestFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task A_key_is_made_for_its_owner_only_and_its_public_part_for_all()
    {
        CliRun made = await NewAsync("a.key", "ecdsa-p256");
        Assert.That(made.ExitCode, Is.Zero, made.Error);
        string id = SigningKey.ReadFile(_folder.File("a.key")).Public.ShortId;
        Assert.That(made.Output, Is.EqualTo(
            $"key {id}, ecdsa-p256\n"
            + $"  private  {_folder.Path}/a.key (signs updates: keep it off the machines, and keep a copy)\n"
            + $"  public   {_folder.Path}/a.pub.pem (for the trust folder of every machine)\n"
            + $"next: corenode payload create IMAGE --key {_folder.Path}/a.key\n"));
        Assert.That((int)File.GetUnixFileMode(_folder.File("a.key")), Is.EqualTo(0b110_000_000));
        Assert.That((int)File.GetUnixFileMode(_folder.File("a.pub.pem")), Is.EqualTo(0b110_100_100));
        Assert.That(VerifyingKey.ReadFile(_folder.File("a.pub.pem")).ShortId, Is.EqualTo(id));
    }

    [Test]
    public async Task A_key_that_is_there_is_replaced_only_by_force_and_keeps_no_open_permissions()
    {
        await NewAsync("a.key", "ecdsa-p256");
        string before = await File.ReadAllTextAsync(_folder.File("a.key"));
        CliRun again = await NewAsync("a.key", "ecdsa-p256");
        Assert.That(again.ExitCode, Is.EqualTo(1));
        Assert.That(again.Error, Does.StartWith($"{_folder.Path}/a.key is there already: "));
        Assert.That(await File.ReadAllTextAsync(_folder.File("a.key")), Is.EqualTo(before));
        File.SetUnixFileMode(_folder.File("a.key"), (UnixFileMode)0b110_110_110);
        CliRun forced = await CliRun.OfAsync(
            ["key", "new", _folder.File("a.key"), "--type", "ecdsa-p256", "--force"]);
        Assert.That(forced.ExitCode, Is.Zero, forced.Error);
        Assert.That(await File.ReadAllTextAsync(_folder.File("a.key")), Is.Not.EqualTo(before));
        Assert.That((int)File.GetUnixFileMode(_folder.File("a.key")), Is.EqualTo(0b110_000_000));
    }

    [Test]
    public async Task Machines_follow_rotations_that_were_made_one_after_the_other()
    {
        foreach (string name in new[] { "a.key", "b.key", "c.key" })
            await NewAsync(name, "ecdsa-p256");
        string trust = _folder.File("trust");
        Directory.CreateDirectory(trust);
        File.Copy(_folder.File("a.pub.pem"), Path.Combine(trust, "first.pem"));
        CliRun first = await RotateAsync("a.key", "b.key", "--keep-old", "--records", trust);
        Assert.That(first.Output, Is.EqualTo(
            $"rotation 1: {Id("b.key")} is trusted, the old one stays trusted\n"
            + $"  record  {trust}/000001.rotation, signed by {Id("a.key")}\n"
            + "next: bring it to the trust folder of every machine, and keep it there\n"));
        Assert.That(Trusted(trust), Is.EqualTo(new[] { Id("a.key"), Id("b.key") }));
        CliRun second = await RotateAsync(
            "a.pub.pem", "b.key", "--signed-by", _folder.File("b.key"), "--records", trust);
        Assert.That(second.Output, Does.StartWith($"rotation 2: {Id("b.key")} is trusted, {Id("a.key")} is retired\n"));
        CliRun third = await RotateAsync("b.key", "c.pub.pem", "--records", trust, "-o", "json");
        JsonNode page = JsonNode.Parse(third.Output)!;
        Assert.That(((int?)page["number"], (string?)page["file"]), Is.EqualTo((3, $"{trust}/000003.rotation")));
        Assert.That(((string?)page["retires"])![..16], Is.EqualTo(Id("b.key")));
        Assert.That(Trusted(trust), Is.EqualTo(new[] { Id("c.key") }));
        CliRun late = await RotateAsync("a.key", "c.key", "--records", trust);
        Assert.That((late.ExitCode, late.Error), Is.EqualTo(
            (1, $"{Id("a.key")} was retired by {trust}/000002.rotation: it can sign no record any more\n")));
    }

    [Test]
    public async Task What_cannot_be_rotated_is_said()
    {
        await NewAsync("a.key", "ecdsa-p256");
        CliRun absent = await RotateAsync("a.key", "b.key");
        Assert.That((absent.ExitCode, absent.Error), Is.EqualTo((1,
            $"{_folder.Path}/b.key does not exist; `corenode key new {_folder.Path}/b.key` makes it\n")));
        CliRun same = await RotateAsync("a.key", "a.pub.pem");
        Assert.That(same.Error, Does.Contain("hold the same key"));
        await NewAsync("b.key", "ecdsa-p256");
        CliRun blind = await RotateAsync("a.pub.pem", "b.key");
        Assert.That(blind.Error, Does.Contain("holds a public key; signing needs the private one"));
        CliRun unknown = await NewAsync("c.key", "ed25519");
        Assert.That(unknown.ExitCode, Is.EqualTo(2));
        Assert.That(unknown.Error, Does.StartWith("--type is one of rsa-2048, rsa-4096, ecdsa-p256, not 'ed25519'"));
    }

    private static string[] Trusted(string folder) =>
        [.. TrustFolder.Read(folder).Keys.Keys.Select(key => key.ShortId)];

    private string Id(string key) => VerifyingKey.ReadFile(_folder.File(key)).ShortId;

    private Task<CliRun> NewAsync(string name, string type) =>
        CliRun.OfAsync(["key", "new", _folder.File(name), "--type", type]);

    private Task<CliRun> RotateAsync(string old, string next, params string[] more) =>
        CliRun.OfAsync(["key", "rotate", _folder.File(old), _folder.File(next), .. more]);
}
