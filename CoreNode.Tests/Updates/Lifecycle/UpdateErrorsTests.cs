using CoreNode.Updates.Lifecycle;

namespace CoreNode.Tests.Updates.Lifecycle;

/// <summary>The table of error codes is complete, and says of each what it must.</summary>
[TestFixture, Category("Unit")]
internal sealed class UpdateErrorsTests
{
    [Test]
    public void Every_code_has_a_class_and_a_text_of_one_line()
    {
        foreach (UpdateError code in Enum.GetValues<UpdateError>())
        {
            UpdateErrorInfo info = UpdateErrors.Of(code);
            Assert.That(UpdateErrors.All, Does.Contain(info), $"{code} is not in the table");
            Assert.That(info.Code, Is.EqualTo(code));
            Assert.That(info.Text, Is.Not.Empty.And.Not.Contains("\n").And.Not.EndsWith("."), code.ToString());
        }
    }

    [Test]
    public void All_numbers_that_older_clients_know_are_there()
    {
        int[] known = [.. Enumerable.Range(0, 45), 100];
        int[] ours = [.. Enum.GetValues<UpdateError>().Select(c => (int)c).Where(n => n <= 100)];
        Assert.That(ours, Is.EqualTo(known));
    }

    [Test]
    public void Each_class_holds_the_codes_that_the_original_client_treats_that_way()
    {
        int[] nextUrl = [10, 11, 12, 17, 18, 21, 22, 23, 24, 25, 26, 27, 28, 29, 32, 33, 38, 39];
        int[] sameUrl = [1, 9, 14, 20, 37];
        foreach (UpdateErrorInfo info in UpdateErrors.All.Where(i => (int)i.Code <= 44))
        {
            int number = (int)info.Code;
            Assert.That(info.Class == RetryClass.NextUrl, Is.EqualTo(nextUrl.Contains(number)), info.Code.ToString());
            Assert.That(info.Class == RetryClass.SameUrl, Is.EqualTo(sameUrl.Contains(number)), info.Code.ToString());
        }
    }

    [TestCase(404), TestCase(500), TestCase(999)]
    public void An_http_status_has_a_code_of_its_own(int status)
    {
        UpdateError code = UpdateErrors.OfHttp(status);
        Assert.That((int)code, Is.EqualTo(2000 + status));
        Assert.That(UpdateErrors.HttpStatus(code), Is.EqualTo(status));
        Assert.That(UpdateErrors.Of(code).Class, Is.EqualTo(RetryClass.SameUrl));
        Assert.That(UpdateErrors.Of(code).Text, Does.Contain($"{status}"));
    }

    [Test]
    public void A_code_with_flags_of_an_older_client_is_read_without_them()
    {
        // What users of go-omaha and Nebraska see for "response invalid" with another server than the built-in one.
        Assert.That(UpdateErrors.WithoutFlags(268435490), Is.EqualTo(UpdateError.OmahaResponseInvalid));
        Assert.That(UpdateErrors.WithoutFlags(0x80000000 | 2404), Is.EqualTo(UpdateErrors.OfHttp(404)));
    }

    [Test]
    public void An_unknown_code_is_told_as_such()
    {
        Assert.That(UpdateErrors.Of((UpdateError)77).Text, Does.Contain("77"));
        Assert.That(UpdateErrors.HttpStatus((UpdateError)77), Is.Zero);
    }
}
