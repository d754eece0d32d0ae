using CoreNode.Windows;

namespace CoreNode.Tests.Windows;

/// <summary>Windows as text, ours and locksmith's.</summary>
[TestFixture, Category("Unit")]
internal sealed class WindowTextTests
{
    [TestCase("Mon-Fri 02:00 4h", "Mon-Fri 02:00 4h")]
    [TestCase("mon,tue,WED 22:30 90m", "Mon-Wed 22:30 1h30m")]
    [TestCase("Fri-Mon 00:00 7d", "Mon,Fri-Sun 00:00 7d")]
    [TestCase("Sun-Sat 01:00 1h", "daily 01:00 1h")]
    [TestCase("Daily 23:59 1m", "daily 23:59 1m")]
    [TestCase("Sat,Sun 03:00 2h", "Sat,Sun 03:00 2h")]
    [TestCase("Tue  03:00   2h", "Tue 03:00 2h")]
    public void Windows_are_read_and_written(string text, string written)
    {
        MaintenanceWindow? window = WindowText.Parse(text);
        Assert.That(window, Is.Not.Null);
        Assert.That(WindowText.Format(window!), Is.EqualTo(written));
        Assert.That(WindowText.Parse(written), Is.EqualTo(window));
    }

    [TestCase("")]
    [TestCase("02:00 4h")]
    [TestCase("Mon 2:00 4h")]
    [TestCase("Mon 24:00 4h")]
    [TestCase("Mon-Tue-Wed 02:00 4h")]
    [TestCase("Mo 02:00 4h")]
    [TestCase("Mon, 02:00 4h")]
    [TestCase("Mon 02:00 4")]
    [TestCase("Mon 02:00 4h x")]
    public void Other_texts_are_no_windows(string text) => Assert.That(WindowText.Parse(text), Is.Null);

    [TestCase("03:00", "1h", "daily 03:00 1h")]
    [TestCase("3:00", "23h59m59s", "daily 03:00 23h59m59s")]
    [TestCase("Thu 23:00", "1h30m", "Thu 23:00 1h30m")]
    [TestCase("  sUN\t00:00 ", "167h59m", "Sun 00:00 6d23h59m")]
    [TestCase("14:00", "1.5h", "daily 14:00 1h30m")]
    [TestCase("14:00", "90500ms", "daily 14:00 1m30s")]
    [TestCase("14:00", "0", "daily 14:00 1m")]
    [TestCase("Sat 14:00", "20s", "Sat 14:00 1m")]
    public void Locksmiths_windows_are_read(string start, string length, string same) =>
        Assert.That(WindowText.OfLocksmith(start, length), Is.EqualTo(WindowText.Parse(same)).And.Not.Null);

    [TestCase("", "1h")]
    [TestCase("03:00", "")]
    [TestCase("03:00", "24h")]
    [TestCase("03:00", "-1h")]
    [TestCase("03:00", "1d")]
    [TestCase("03:00", "60")]
    [TestCase("Thu 23:00", "168h")]
    [TestCase("Thursday 23:00", "1h")]
    [TestCase("Thu 24:00", "1h")]
    [TestCase("Thu 23:0", "1h")]
    [TestCase("Thu", "1h")]
    [TestCase("Thu 23:00 x", "1h")]
    public void What_is_none_of_locksmiths_windows_is_refused(string start, string length) =>
        Assert.That(WindowText.OfLocksmith(start, length), Is.Null);
}
