using System.Runtime.CompilerServices;
using System.Text;
using CoreNode.Api.Auth;
using CoreNode.Store;
using CoreNode.Tests.Wal;

namespace CoreNode.Tests.Api.Auth;

[TestFixture, Category("Unit")]
internal sealed class AuthRecordsTests
{
    private static readonly PasswordHash s_password = new(
        210_000, Enumerable.Range(1, 16).Select(n => (byte)n).ToArray(),
        Enumerable.Range(101, 32).Select(n => (byte)n).ToArray());

    [Test]
    public void Records_are_written_as_the_golden_file()
    {
        byte[][] all =
        [
            AuthRecords.EncodeUser(s_password, ["root", "rolle-ü"]),
            AuthRecords.EncodeUser(s_password, null),
            AuthRecords.EncodeRole(["/a", "/b/*"], []),
            AuthRecords.EncodeRole(null, null),
            AuthRecords.Enabled(true),
            AuthRecords.Enabled(false),
        ];
        byte[] bytes = [.. all.SelectMany(one => one)];
        GoldenFile.AssertIs("auth-records-v1.bin", bytes, Place());
    }

    [TestCase("root", "rolle-ü")]
    [TestCase]
    public void A_user_is_read_back(params string[] roles)
    {
        AuthUser user = AuthRecords.User("x", Record("auth/users/x", AuthRecords.EncodeUser(s_password, roles)));
        Assert.That((user.Name, user.Version), Is.EqualTo(("x", 7UL)));
        Assert.That(user.Roles, Is.EqualTo(roles));
        Assert.That(user.Password.Iterations, Is.EqualTo(210_000));
        Assert.That(user.Password.Salt.ToArray(), Is.EqualTo(s_password.Salt.ToArray()));
        Assert.That(user.Password.Hash.ToArray(), Is.EqualTo(s_password.Hash.ToArray()));
    }

    [Test]
    public void Lists_that_were_never_given_are_not_empty_ones()
    {
        AuthRole role = AuthRecords.Role("x", Record("auth/roles/x", AuthRecords.EncodeRole(null, [])));
        Assert.That(role.Read, Is.Null);
        Assert.That(role.Write, Is.Empty);
        Assert.That(
            AuthRecords.User("x", Record("auth/users/x", AuthRecords.EncodeUser(s_password, null))).Roles, Is.Null);
    }

    [Test]
    public void A_password_fits_its_own_hash_only_and_two_hashes_of_it_differ()
    {
        PasswordHash first = PasswordHash.Make("geheim"u8, 1000);
        PasswordHash second = PasswordHash.Make("geheim"u8, 2000);
        Assert.That((first.Fits("geheim"u8), second.Fits("geheim"u8)), Is.EqualTo((true, true)));
        Assert.That((first.Fits("geheim "u8), first.Fits(""u8)), Is.EqualTo((false, false)));
        Assert.That(first.Salt.ToArray(), Is.Not.EqualTo(second.Salt.ToArray()));
        Assert.That((first with { Iterations = 2000 }).Fits("geheim"u8), Is.False, "the iterations count");
        Assert.That(PasswordHash.Decoy(1000).Fits("geheim"u8), Is.False);
    }

    private static KeyRecord Record(string key, byte[] value) =>
        KeyRecord.File(Encoding.UTF8.GetBytes(key), value, 3, 7, 0);

    // GoldenFile takes the folder above the one of its caller as the project's.
    private static string Place([CallerFilePath] string source = "") => Path.GetDirectoryName(source)!;
}
